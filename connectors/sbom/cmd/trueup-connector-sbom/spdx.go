package main

import (
	"bytes"
	"fmt"
	"strings"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// parseSPDX reads an SPDX 2 document in JSON.
func parseSPDX(data []byte) (*document, error) {
	doc, err := spdxjson.Read(bytes.NewReader(data))
	if err != nil {
		return nil, placed(data, err)
	}
	return packages(doc), nil
}

// parseTagValue reads an SPDX 2 document of tags and values.
func parseTagValue(data []byte) (*document, error) {
	doc, err := tagvalue.Read(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return packages(doc), nil
}

func packages(doc *spdx.Document) *document {
	d := &document{Name: doc.DocumentName}
	for i, p := range doc.Packages {
		switch {
		case p == nil || p.IsUnpackaged:
			d.pass("packages that stand for files without one")
			continue
		case p.PackageName == "":
			d.fault(fmt.Sprintf("package %d", i+1), "it has no name; every package must have one")
			continue
		case p.PrimaryPackagePurpose == "FILE" || p.PrimaryPackagePurpose == "SOURCE" || p.PrimaryPackagePurpose == "ARCHIVE":
			d.pass("packages that are files, sources or archives")
			continue
		}
		d.Titles = append(d.Titles, catalog.Title{Publisher: organisation(p), Name: p.PackageName, Version: p.PackageVersion, ProductCode: packageURL(p)})
	}
	return d
}

// organisation is who supplies a package, or whose it was. A person is not told.
func organisation(p *spdx.Package) string {
	if s := p.PackageSupplier; s != nil && s.SupplierType == "Organization" {
		return withoutAddress(s.Supplier)
	}
	if o := p.PackageOriginator; o != nil && o.OriginatorType == "Organization" {
		return withoutAddress(o.Originator)
	}
	return ""
}

// withoutAddress takes the address in parentheses, which SPDX allows after a name, off.
func withoutAddress(name string) string {
	if before, _, ok := strings.Cut(name, " ("); ok && strings.HasSuffix(name, ")") {
		return before
	}
	return strings.TrimSuffix(name, "()")
}

func packageURL(p *spdx.Package) string {
	for _, ref := range p.PackageExternalReferences {
		if ref != nil && ref.RefType == "purl" {
			return ref.Locator
		}
	}
	return ""
}
