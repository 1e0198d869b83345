"""The edge of the product: foreign protocols and file formats. May import automations and store."""
