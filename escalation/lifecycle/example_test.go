package lifecycle

import "fmt"

func ExampleMayClose() {
	fmt.Println(MayClose(Verifying, Remedied))
	fmt.Println(MayClose(Remediating, Remedied))
	fmt.Println(MayClose(Remediating, Accepted))
	// Output:
	// true
	// false
	// true
}
