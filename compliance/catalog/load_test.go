package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
)

func own(text string) catalog.Document {
	return catalog.Document{Name: "own.yaml", Data: []byte(text)}
}

func TestMistakesInDocumentsNameTheirPlace(t *testing.T) {
	const publisher = "publishers:\n  - {key: contoso, name: Contoso}\n"
	for _, c := range []struct{ name, text, want string }{
		{"not YAML", "products: [", "own.yaml:2:1: not YAML"},
		{"unknown field", publisher + "product: []\n", `own.yaml:3:1: unknown field "product"`},
		{"publisher key", "publishers:\n  - {key: Contoso Ltd, name: Contoso}\n", `own.yaml:2:11: publisher key "Contoso Ltd"`},
		{"product key", publisher + "products:\n  - {key: planner, name: Planner, titles: [planner]}\n", `own.yaml:4:11: product key "planner"`},
		{"no publisher", publisher + "products:\n  - {key: fabrikam/planner, name: Planner, titles: [planner]}\n", `own.yaml:4:11: publisher "fabrikam" is not declared`},
		{"no titles", publisher + "products:\n  - {key: contoso/planner, name: Planner, titles: []}\n", "own.yaml:4:11: product contoso/planner has no titles"},
		{"empty title", publisher + "products:\n  - {key: contoso/planner, name: Planner, titles: ['--']}\n", `own.yaml:4:53: title "--" holds no word`},
		{"line", publisher + "products:\n  - {key: contoso/planner, name: Planner, titles: [planner], line: years}\n", "own.yaml:4:68: line must be none"},
		{"line pattern", publisher + "products:\n  - {key: contoso/planner, name: Planner, titles: [planner], line: '^('}\n", "own.yaml:4:69: error parsing regexp"},
		{"licence", publisher + "products:\n  - {key: contoso/planner, name: Planner, titles: [planner], licence: gratis}\n", "own.yaml:4:71: licence must be paid, edition, free or unknown"},
		{"free edition", publisher + "products:\n  - {key: contoso/planner, name: Planner, titles: [planner], free: [Campus]}\n", `own.yaml:4:69: "Campus" is no edition of contoso/planner`},
		{"member", publisher + "products:\n  - {key: contoso/planner, name: Planner, titles: [planner], members: [contoso/calendar]}\n", `own.yaml:4:72: member "contoso/calendar" is no product`},
		{"date", publisher + "products:\n  - {key: contoso/planner, name: Planner, titles: [planner], support: [{version: '1', ends: soon, source: x}]}\n", "date must be written as 2029-01-08"},
		{"ignored publisher", "ignored:\n  - {as: patch, publishers: [fabrikam], starts: [patch]}\n", `own.yaml:2:30: publisher "fabrikam" is not declared`},
		{"empty", "", "own.yaml:1:1: document is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := catalog.Load(own(c.text))
			require.ErrorContains(t, err, c.want)
			var problems document.Problems
			require.ErrorAs(t, err, &problems)
		})
	}
}

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	_, err := catalog.Load(
		own("publishers:\n  - {key: A, name: A}\n  - {key: B, name: B}\n"),
		catalog.Document{Name: "other.yaml", Data: []byte("publishers:\n  - {key: C, name: C}\n")},
	)
	var problems document.Problems
	require.ErrorAs(t, err, &problems)
	assert.Len(t, problems, 3)
	assert.ErrorContains(t, err, "other.yaml:2:11")
}

func TestOwnDocumentsComeOnTop(t *testing.T) {
	c, err := catalog.Default(own(`
publishers:
  - {key: contoso, name: Contoso, aliases: [Contoso Ltd.]}
products:
  - {key: contoso/planner, name: Planner, titles: [planner], editions: [{name: Campus}]}
  - {key: microsoft/excel, name: Excel for Contoso, titles: [excel], licence: free}
ignored:
  - {as: "packaging of our own", starts: [contoso deployment]}
`))
	require.NoError(t, err)

	r := c.Recognise(catalog.Title{Name: "Contoso Planner 2024 Campus"})
	assert.Equal(t, catalog.Product{Publisher: "Contoso", Name: "Planner", Version: "2024", Edition: "Campus", Key: "contoso/planner"}, r.Product)

	r = c.Recognise(catalog.Title{Name: "Microsoft Excel 2016"})
	assert.Equal(t, "Excel for Contoso", r.Product.Name)
	assert.Equal(t, catalog.LicensingFree, r.Licensing)
	assert.Equal(t, catalog.Derived, c.Recognise(catalog.Title{Name: "Microsoft Office Excel 2016"}).Status,
		"a title of the replaced entry must be gone")

	r = c.Recognise(catalog.Title{Name: "Contoso Deployment of Excel"})
	assert.Equal(t, catalog.Ignored, r.Status)
	assert.Equal(t, "ignored as packaging of our own: contoso deployment", r.Rule)
}
