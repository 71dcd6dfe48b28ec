// Package trueup embeds software license compliance in another product.
package trueup
