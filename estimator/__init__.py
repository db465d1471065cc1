"""The Ketamine Cost Estimator: what a course of ketamine or esketamine treatment costs a patient."""

__version__ = "0.1.0"
