package catalog_test

import (
	"testing"
	"unicode/utf8"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

func FuzzRecognise(f *testing.F) {
	c, err := catalog.Default()
	if err != nil {
		f.Fatal(err)
	}
	for _, t := range pickedTitles(f) {
		f.Add(t.Publisher, t.Name, t.Version, t.Edition, "{77DE5C80-1E23-4C1A-B78C-29BFF0BAAFB4}")
	}
	f.Add("", "KB977816", "", "", "")
	f.Add("\xff\xfe", "((((", "\x00", "ﬁ", "亿图")
	f.Fuzz(func(t *testing.T, publisher, name, version, edition, code string) {
		title := catalog.Title{Publisher: publisher, Name: name, Version: version, Edition: edition, ProductCode: code}
		r := c.Recognise(title)
		if r.Status == catalog.Invalid || r.Rule == "" {
			t.Fatalf("no answer for %+v: %+v", title, r)
		}
		if (r.Product.Key == "") != (r.Status == catalog.Unrecognised) {
			t.Fatalf("key %q with status %s", r.Product.Key, r.Status)
		}
		if !utf8.ValidString(string(r.Package)) || !utf8.ValidString(string(r.Product.Key)) {
			t.Fatalf("key is no text: %q %q", r.Package, r.Product.Key)
		}
		if again := c.Recognise(title); again != r {
			t.Fatalf("second answer differs: %+v, %+v", r, again)
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("publishers:\n  - {key: contoso, name: Contoso}\nproducts:\n  - {key: contoso/planner, name: Planner, titles: [planner], line: '^(a'}\n"))
	f.Add([]byte("ignored:\n  - {as: patch, starts: [x], versions: '['}\n"))
	f.Add([]byte("words:\n  channels: [{name: beta, titles: [beta]}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := catalog.Load(catalog.Document{Name: "fuzz.yaml", Data: data})
		if (c == nil) == (err == nil) {
			t.Fatalf("catalogue %v with error %v", c, err)
		}
		if c != nil {
			c.Recognise(catalog.Title{Name: "Contoso Planner 2 beta (x64)", Publisher: "Contoso"})
		}
	})
}

func FuzzCompareVersions(f *testing.F) {
	f.Add("2008 R2", "2012")
	f.Add("", "v")
	f.Fuzz(func(t *testing.T, a, b string) {
		if sign(catalog.CompareVersions(a, b)) != -sign(catalog.CompareVersions(b, a)) {
			t.Fatalf("%q and %q", a, b)
		}
	})
}
