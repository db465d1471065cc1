"""What all pages share: filters, links, rounding, answers and errors, style sheets and scripts (`web/static/`)."""
