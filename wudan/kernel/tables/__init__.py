"""Tables as people send them (电子表格、文本表格): any .xlsx, .xls or .csv to grids of cells, or the sentence why not."""
