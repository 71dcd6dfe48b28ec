package disclose

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"

	"golang.org/x/mod/sumdb/tlog"
)

// draw gives size distinct places below n, in ascending order of drawing, from the
// checkpoint's root, the table's commitment and the challenge: the counter-mode
// output of SHA-256, rejected where a remainder would prefer some places.
func draw(root tlog.Hash, commitment []byte, challenge string, n, size int64) []int64 {
	seed := sha256.New()
	seed.Write([]byte("trueup sample v1\x00"))
	seed.Write(root[:])
	sum := sha256.Sum256(commitment)
	seed.Write(sum[:])
	seed.Write([]byte(challenge))
	key := seed.Sum(nil)

	moved := map[int64]int64{} // a shuffle of 0 to n-1, of which only this is not in place
	at := func(i int64) int64 {
		if v, ok := moved[i]; ok {
			return v
		}
		return i
	}
	out := make([]int64, 0, size)
	counter := uint64(0)
	for k := range min(size, n) {
		left := uint64(n - k)
		limit := ^uint64(0) - (^uint64(0)%left+1)%left
		var r uint64
		for {
			block := sha256.Sum256(binary.BigEndian.AppendUint64(key[:len(key):len(key)], counter))
			counter++
			if r = binary.BigEndian.Uint64(block[:]); r <= limit {
				break
			}
		}
		pick := k + int64(r%left)
		out = append(out, at(pick))
		moved[pick] = at(k)
	}
	return out
}

// Detection is the probability that a sample of that size, drawn without
// replacement, meets at least one of the deviating rows of the population: the
// hypergeometric 1 − C(population−deviating, sample) / C(population, sample),
// exactly.
func Detection(population, deviating, sample int64) (*big.Rat, error) {
	if population < 0 || deviating < 0 || deviating > population || sample < 0 || sample > population {
		return nil, fmt.Errorf("%w: %d deviating and a sample of %d in a population of %d", ErrRequest, deviating, sample, population)
	}
	if sample > population-deviating {
		return big.NewRat(1, 1), nil
	}
	// The quotient is the same with deviating and sample exchanged; the smaller of the
	// two is the number of factors.
	if deviating < sample {
		deviating, sample = sample, deviating
	}
	none := new(big.Rat).SetFrac(new(big.Int).Binomial(population-deviating, sample), new(big.Int).Binomial(population, sample))
	return none.Sub(big.NewRat(1, 1), none), nil
}

// SampleSize is the least sample that meets at least one of so many deviating rows
// with at least the given probability, from 0 to 1. Without a deviating row no
// sample does, unless the probability is zero.
func SampleSize(population, deviating int64, probability *big.Rat) (int64, error) {
	if probability == nil || probability.Sign() < 0 || probability.Cmp(big.NewRat(1, 1)) > 0 {
		return 0, fmt.Errorf("%w: a probability is between 0 and 1", ErrRequest)
	}
	all, err := Detection(population, deviating, population)
	if err != nil {
		return 0, err
	}
	if all.Cmp(probability) < 0 {
		return 0, fmt.Errorf("%w: nothing deviates, so nothing can be met", ErrRequest)
	}
	lo, hi := int64(0), population
	for lo < hi {
		mid := lo + (hi-lo)/2
		p, err := Detection(population, deviating, mid)
		if err != nil {
			return 0, err
		}
		if p.Cmp(probability) >= 0 {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo, nil
}
