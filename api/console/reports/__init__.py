"""Report tables (报表) of an hour, a day, a month or a quarter: one pure table, shown as a page, XLSX, CSV and PDF/A."""
