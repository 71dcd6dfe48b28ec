package certificate_test

import (
	"encoding/json"
	"fmt"

	"github.com/trueup-dev/trueup/compliance/certificate"
)

// One license may cover either of two consumers and covers the one that would
// cost 20, so the other stays short at 10. A price of 10 for the license proves
// that nothing cheaper exists.
func ExampleCheck() {
	const text = `{
	  "supplies": [{"id": "license", "quantity": "1", "used": "1", "left": "0", "value": "0", "price": {"risk": "10", "value": "0"}}],
	  "demands": [
	    {"id": "cheap", "members": [{"id": "host-1", "amount": "1"}], "amount": "1", "covered": "0", "short": "1",
	      "penalty": {"risk": "10", "value": "0"}, "price": {"risk": "10", "value": "0"}, "margin": {"risk": "0", "value": "0"}},
	    {"id": "dear", "members": [{"id": "host-2", "amount": "1"}], "amount": "1", "covered": "1", "short": "0",
	      "penalty": {"risk": "20", "value": "0"}, "price": {"risk": "10", "value": "0"}, "margin": {"risk": "10", "value": "0"}}],
	  "arcs": [
	    {"supply": "license", "demand": "cheap", "quantity": "0", "reduced": {"risk": "0", "value": "0"}},
	    {"supply": "license", "demand": "dear", "quantity": "1", "reduced": {"risk": "0", "value": "0"}}],
	  "cost": {"risk": "10", "value": "0"}, "bound": {"risk": "10", "value": "0"}, "gap": {"risk": "0", "value": "0"}
	}`
	var c certificate.Certificate
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(certificate.Check(c), c.Optimal())

	c.Demands[0].Short = c.Demands[0].Covered
	fmt.Println(certificate.Check(c))
	// Output:
	// <nil> true
	// certificate refused: miscounted: demand cheap: short is stated as 0, but is 1
}
