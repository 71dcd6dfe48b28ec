package disclose

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func ExampleDetection() {
	p, err := Detection(1000, 50, 60)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.FloatString(4))
	n, err := SampleSize(1000, 50, big.NewRat(95, 100))
	fmt.Println(n, err)
	// Output:
	// 0.9582
	// 57 <nil>
}

// The formula against counting every sample of small populations.
func TestDetectionAgainstCounting(t *testing.T) {
	for n := range 9 {
		for deviating := range n + 1 {
			for size := range n + 1 {
				met, all := int64(0), int64(0)
				for set := range 1 << n {
					if popcount(set) != size {
						continue
					}
					all++
					if set&(1<<deviating-1) != 0 {
						met++
					}
				}
				p, err := Detection(int64(n), int64(deviating), int64(size))
				require.NoError(t, err)
				require.Zero(t, p.Cmp(big.NewRat(met, all)), "%d %d %d: %s", n, deviating, size, p)
			}
		}
	}
	for _, bad := range [][3]int64{{-1, 0, 0}, {5, 6, 1}, {5, 1, 6}, {5, -1, 1}, {5, 1, -1}} {
		_, err := Detection(bad[0], bad[1], bad[2])
		require.ErrorIs(t, err, ErrRequest)
	}
}

func popcount(x int) (n int) {
	for ; x > 0; x &= x - 1 {
		n++
	}
	return n
}

func TestSampleSizeIsLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 500).Draw(t, "n")
		d := rapid.Int64Range(1, n).Draw(t, "d")
		want := big.NewRat(rapid.Int64Range(0, 100).Draw(t, "percent"), 100)
		size, err := SampleSize(n, d, want)
		require.NoError(t, err)
		p, err := Detection(n, d, size)
		require.NoError(t, err)
		require.GreaterOrEqual(t, p.Cmp(want), 0)
		if size > 0 {
			p, err = Detection(n, d, size-1)
			require.NoError(t, err)
			require.Less(t, p.Cmp(want), 0)
		}
	})
	_, err := SampleSize(10, 0, big.NewRat(1, 2))
	require.ErrorIs(t, err, ErrRequest)
	_, err = SampleSize(10, 1, big.NewRat(3, 2))
	require.ErrorIs(t, err, ErrRequest)
}

// A draw is distinct places, all of them when all are asked for, and every place
// comes up about as often as every other.
func TestDraw(t *testing.T) {
	commitment := []byte("c")
	counts := make([]int, 20)
	const rounds = 4000
	for i := range rounds {
		got := draw([32]byte{1}, commitment, fmt.Sprint(i), 20, 5)
		require.Len(t, got, 5)
		for k, pos := range got {
			require.False(t, slices.Contains(got[:k], pos))
			counts[pos]++
		}
	}
	chi := 0.0 // against the uniform: 19 degrees of freedom, less variance without replacement
	for _, c := range counts {
		e := float64(rounds) * 5 / 20
		chi += (float64(c) - e) * (float64(c) - e) / e
	}
	require.Less(t, chi, 43.8) // 1 in 1000
	all := draw([32]byte{1}, commitment, "", 100, 100)
	slices.Sort(all)
	require.Equal(t, int64(0), all[0])
	require.Len(t, slices.Compact(all), 100)
	// Fixed for ever: a bundle of today is checked in ten years.
	require.Equal(t, []int64{71, 19, 55}, draw([32]byte{1}, commitment, "x", 100, 3))
	require.NotEqual(t, draw([32]byte{1}, commitment, "x", 100, 3), draw([32]byte{2}, commitment, "x", 100, 3))
	require.NotEqual(t, draw([32]byte{1}, commitment, "x", 100, 3), draw([32]byte{1}, []byte("d"), "x", 100, 3))
}

// Sums of a tree are those of its rows, whatever they are, and every path climbs to
// the root.
func TestTreeSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.SliceOfN(rapid.Uint64(), 1, 40).Draw(t, "units")
		want := new(big.Int)
		leaves := make([]node, len(units))
		for i, u := range units {
			want.Add(want, new(big.Int).SetUint64(u))
			leaves[i] = leafOf(digest{byte(i)}, sum{lo: u})
		}
		tr, err := grow(leaves)
		require.NoError(t, err)
		require.Zero(t, tr.top().sum.decimal(0).BigInt().Cmp(want))
		i := rapid.IntRange(0, len(units)-1).Draw(t, "i")
		top, err := climb(leaves[i], int64(i), int64(len(units)), tr.path(int64(i)))
		require.NoError(t, err)
		require.Equal(t, tr.top(), top)
	})
}

func TestSumsAreExact(t *testing.T) {
	for _, c := range []struct {
		in    string
		scale int
		want  string
	}{
		{"0", 0, "0"}, {"0.10", 1, "0.1"}, {"1e3", 0, "1000"}, {"12345678901234567890.123456789012345678", 18, "12345678901234567890.123456789012345678"},
		{"340282366920938463463374607431768211455", 0, "340282366920938463463374607431768211455"},
	} {
		s, err := parseSum(c.in, c.scale)
		require.NoError(t, err, c.in)
		require.Equal(t, c.want, s.decimal(c.scale).String())
	}
	for _, bad := range []string{"340282366920938463463374607431768211456", "0.1", "-0.5", "", "NaN", "1e39"} {
		_, err := parseSum(bad, 0)
		require.ErrorIs(t, err, ErrTable, bad)
	}
}

// The encoding of commitments and fields is fixed: they lie in logs for ever.
func TestGoldenCommitment(t *testing.T) {
	o, err := Commit(Table{Name: "t", Columns: []Column{{Name: "host"}, {Name: "n", Sum: true, Scale: 1}},
		Rows: []map[string]string{{"host": "<a&b>", "n": "1.5"}, {"n": "2"}}}, bytes.NewReader(make([]byte, secretSize)))
	require.NoError(t, err)
	require.Equal(t, "010001740002"+"0004686f737400"+"00016e02"+"0000000000000002"+
		fmt.Sprintf("%x%x", o.commitment.Root, o.commitment.Sums[0]), fmt.Sprintf("%x", o.commitment.Payload()))
	require.Equal(t, goldenRoot, fmt.Sprintf("%x", o.commitment.Root))
	require.Equal(t, goldenSum, fmt.Sprintf("%x", o.commitment.Sums[0]))
}

const (
	goldenRoot = "d2c5ed0d80b773ded469094fe2c850eefc7a08e1a6082feb691cbb8213d9c6ac"
	goldenSum  = "090bbac90ad0ede36b1fdd6c943c1375e53d7dc40f267c2222bc5162cf951a27"
)
