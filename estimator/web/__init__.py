"""The web app: `app` makes it, `serve` runs it, `patient` has the patient's pages, `desk` the clinic's."""
