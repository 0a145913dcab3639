"""A synthetic year of conferences, for benchmarks and demonstrations: planned as plain values (`plan`), then written
through the services (`load`). Nobody and nothing in it exists, but for the provinces."""
