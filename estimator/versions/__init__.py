"""Who published which prices, when and why: publications and drafts."""
