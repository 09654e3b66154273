return "{}"
