# The commands that a person or CI needs. Each works from an empty clone.

.PHONY: test lint generate bench soak

# Every test of every module of the workspace, under the race detector, whose processes
# do not wait a second before they end: tests start hundreds of them.
test:
	GORACE=atexit_sleep_ms=0 go test -race work

lint:
	gofmt -l . | (! grep .)
	go vet work
	for module in $$(go list -m -f '{{.Dir}}'); do (cd $$module && golangci-lint run --timeout 15m ./...) || exit 1; done

# Generated files: CI fails when running this changes anything.
generate:
	go generate ./...

# Benchmarks, with the baselines in the same run. Results are committed under benchmarks/.
bench:
	-$(MAKE) -C benchmarks/lemon
	go test -run '^$$' -bench . -benchmem ./...
	go run ./benchmarks/stream -devices 100000
	go run ./benchmarks/stream -suite change -devices 100000

# What takes longer than a test may.
soak:
	go test -run '^$$' -fuzz FuzzRead -fuzztime 5m ./compliance/document
	go run ./benchmarks/stream -devices 1000000
	go run ./benchmarks/stream -suite change -devices 1000000
	go run ./benchmarks/stream -suite held -devices 1000000
	go run -tags duckdb ./benchmarks/duckdb -devices 1000000 -rounds 1
	go run -tags duckdb ./benchmarks/duckdb -suite files -devices 1000000 -rounds 1
	go run -tags duckdb ./benchmarks/duckdb -suite held -devices 1000000 -rounds 1
