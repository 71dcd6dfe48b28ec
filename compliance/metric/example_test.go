package metric_test

import (
	"context"
	"fmt"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/compliance/metric"
)

func ExampleMetric_Measure() {
	library, err := metric.Standard()
	if err != nil {
		fmt.Println(err)
		return
	}
	cores, _ := library.Metric("generic.core")
	counted, err := cores.Measure(context.Background(), metric.Facts{Hosts: []metric.Host{
		{ID: "db1", Sockets: metric.Int(2), CoresPerSocket: metric.Int(8)},
		{ID: "db2", Sockets: metric.Int(2)},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, item := range counted.Items {
		fmt.Println(item.ID, item.Known, item.Explanation)
	}
	fmt.Println(counted.Total.Known, counted.Total.Low.Decimal, counted.Total.Missing)
	// Output:
	// db1 true 16 cores = 16 core licenses
	// db2 false host.cores = 1 or more core licenses, for want of host.cores
	// false 17 [host.cores of db2]
}

func ExampleLibrary_With() {
	library, err := metric.Standard()
	if err != nil {
		fmt.Println(err)
		return
	}
	own, err := document.Parse("acme.yaml", []byte(`
key: acme.seat
name: Acme seat
unit: seats
scope: organisation
about: A seat for each employee, in packs of ten.
sources: [{url: https://acme.example/terms}]
facts:
  employees: {type: int}
packs: [{size: 10, unit: packs}]
count: {total: employes}
examples: [{name: twelve, given: '{"employees": 12}', expect: 2, unit: packs}]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = library.With(own)
	fmt.Println(err)
	// Output:
	// acme.yaml:11:16: unknown name 'employes' (did you mean 'employees'?)
	//   count: {total: employes}
	//                  ^
}
