package main

import (
	"bytes"
	"cmp"
	"fmt"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// parseCycloneDX reads a CycloneDX document.
func parseCycloneDX(data []byte, isJSON bool) (*document, error) {
	format := cdx.BOMFileFormatXML
	if isJSON {
		format = cdx.BOMFileFormatJSON
	}
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(data), format).Decode(&bom); err != nil {
		if isJSON {
			return nil, placed(data, err)
		}
		return nil, err
	}
	d := &document{}
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		subject := bom.Metadata.Component
		d.Name, d.Kind = subject.Name, string(subject.Type)
		if subject.Type == cdx.ComponentTypeContainer || subject.Type == cdx.ComponentTypeDevice {
			d.components("the subject", subject.Components)
		} else {
			d.component("the subject", subject)
		}
	}
	d.components("component", bom.Components)
	return d, nil
}

func (d *document) components(place string, list *[]cdx.Component) {
	if list == nil {
		return
	}
	for i := range *list {
		d.component(fmt.Sprintf("%s %d", place, i+1), &(*list)[i])
	}
}

func (d *document) component(place string, c *cdx.Component) {
	defer d.components(place+", component", c.Components)
	switch c.Type {
	case cdx.ComponentTypeFile, cdx.ComponentTypeData, cdx.ComponentTypeDevice, cdx.ComponentTypeCryptographicAsset:
		d.pass("components that are files, data, devices or keys")
		return
	}
	switch {
	case c.Scope == cdx.ScopeExcluded:
		d.pass("components that are excluded")
		return
	case c.Name == "":
		d.fault(place, "it has no name; every component must have one")
		return
	}
	t := catalog.Title{Publisher: cmp.Or(c.Publisher, nameOf(c.Supplier), nameOf(c.Manufacturer), c.Group), Name: c.Name, Version: c.Version, ProductCode: c.PackageURL}
	d.Titles = append(d.Titles, t)
	d.purchases(place, c, t)
}

func nameOf(e *cdx.OrganizationalEntity) string {
	if e == nil {
		return ""
	}
	return e.Name
}

// purchases notes what a component says of its purchase.
func (d *document) purchases(place string, c *cdx.Component, t catalog.Title) {
	if c.Licenses == nil {
		return
	}
	for _, choice := range *c.Licenses {
		l := choice.Licensing
		if choice.License != nil && choice.License.Licensing != nil {
			l = choice.License.Licensing
		}
		if l == nil || l.PurchaseOrder == "" && l.Licensee == nil && l.Purchaser == nil && l.LicenseTypes == nil {
			continue
		}
		p := purchase{ID: fmt.Sprintf("%s#%d", place, len(d.Bought)+1), Title: t, Order: l.PurchaseOrder}
		if l.LicenseTypes != nil && len(*l.LicenseTypes) == 1 {
			p.Metric = string((*l.LicenseTypes)[0])
		}
		if l.Expiration != "" {
			at, err := time.Parse(time.RFC3339, l.Expiration)
			if err != nil {
				d.fault(place, "the expiration of its licence is no instant such as 2027-03-31T00:00:00Z")
			}
			p.Expiration = at.UTC()
		}
		d.Bought = append(d.Bought, p)
	}
}
