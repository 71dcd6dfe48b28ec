package webhook

import (
	"crypto/hmac"
	"fmt"
	"time"
)

// A receiver computes the signature anew and compares in constant time.
func ExampleSign() {
	key, body := []byte("0123456789abcdef"), []byte(`{"id":"d1"}`)
	at := time.Unix(1772438400, 0)
	header := Sign(key, at, "d1", body)
	fmt.Println(header)
	fmt.Println(hmac.Equal([]byte(header), []byte(Sign(key, at, "d1", body))))
	fmt.Println(hmac.Equal([]byte(header), []byte(Sign(key, at, "d2", body))))
	// Output:
	// ecbc81b862075aa55980076f4521361d27adf07a42589174fe9efe74e42fa5e5
	// true
	// false
}
