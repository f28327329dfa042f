module example.org/hubcast-postgres

go 1.24
