package catalog_test

import (
	"fmt"
	"log"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

func ExampleCatalog_Recognise() {
	c, err := catalog.Default()
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range []catalog.Title{
		{Name: "Microsoft SQL Server 2019 Standard (64-bit)", Version: "15.0.2000.5"},
		{Name: "Microsoft Office Professionnel Plus 2013", Publisher: "Microsoft Corporation"},
		{Name: "Security Update for Windows XP (KB977816)", Publisher: "Microsoft Corporation"},
		{Name: "Frobnicator 3.1 (x64)", Publisher: "Quuxware Ltd."},
	} {
		r := c.Recognise(t)
		fmt.Printf("%s: %s, version %q, edition %q (%s)\n", r.Status, r.Product.Key, r.Product.Version, r.Product.Edition, r.Rule)
	}
	// Output:
	// recognised: microsoft/sql-server, version "2019", edition "Standard" (entry microsoft/sql-server)
	// recognised: microsoft/office, version "2013", edition "Professional Plus" (entry microsoft/office)
	// ignored: microsoft/security-update-for-windows-xp, version "", edition "" (ignored as patch: bulletin number)
	// derived: quuxware/frobnicator, version "3.1", edition "" (derived from name)
}

func ExampleDefault() {
	c, err := catalog.Default(catalog.Document{Name: "ours.yaml", Data: []byte(`
publishers:
  - {key: contoso, name: Contoso, aliases: [Contoso Ltd.]}
products:
  - {key: contoso/planner, name: Planner, titles: [planner, team planner]}
`)})
	if err != nil {
		log.Fatal(err)
	}
	r := c.Recognise(catalog.Title{Publisher: "CONTOSO LTD", Name: "Team Planner 2024 Enterprise"})
	fmt.Println(r.Product.Key, r.Product.Version, r.Product.Edition)
	// Output: contoso/planner 2024 Enterprise
}

func ExampleLoad() {
	_, err := catalog.Load(catalog.Document{Name: "ours.yaml", Data: []byte(`publishers:
  - {key: contoso, name: Contoso}
products:
  - {key: contosso/planner, name: Planner, titles: [planner]}
`)})
	fmt.Println(err)
	// Output:
	// ours.yaml:4:11: publisher "contosso" is not declared under publishers
	//     - {key: contosso/planner, name: Planner, titles: [planner]}
	//             ^
}

func ExampleCatalog_Rank() {
	c, err := catalog.Default()
	if err != nil {
		log.Fatal(err)
	}
	for _, u := range c.Rank([]catalog.Count{
		{Title: catalog.Title{Name: "Zorkmid 1.0"}, Installs: 7},
		{Title: catalog.Title{Name: "Zorkmid 1.1 (x64)"}, Installs: 5},
		{Title: catalog.Title{Name: "Frobnicator"}, Installs: 9},
		{Title: catalog.Title{Name: "TeamViewer 15"}, Installs: 400},
	}) {
		fmt.Println(u.Installs, u.Key, u.Titles)
	}
	// Output:
	// 12 unknown/zorkmid 2
	// 9 unknown/frobnicator 1
}

func ExampleCompareVersions() {
	fmt.Println(catalog.CompareVersions("2008 R2", "2012"))
	fmt.Println(catalog.CompareVersions("1.10", "1.9"))
	fmt.Println(catalog.CompareVersions("3.13.0rc1", "3.13.0"))
	// Output:
	// -1
	// 1
	// -1
}
