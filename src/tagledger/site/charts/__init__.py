"""Charts: where things stand in a picture, which the templates draw as SVG."""
