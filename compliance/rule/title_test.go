package rule_test

import "github.com/trueup-dev/trueup/compliance/catalog"

func title(name string) catalog.Title { return catalog.Title{Name: name} }
