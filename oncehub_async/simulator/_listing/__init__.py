"""Lists as the API gives them: filters, order, pages, cursors."""
