// assign times LEMON's network simplex on an assignment that the benchmark of
// internal/flow writes, and prints the least cost, so that both solve the same.
//
// Input: a line with the numbers of nodes and arcs, a line with the balance of
// each node, then a line for each arc: tail, head, cost. Output: a line with the
// cost and the nanoseconds of the fastest of several runs.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <vector>

#include <lemon/network_simplex.h>
#include <lemon/static_graph.h>

using Graph = lemon::StaticDigraph;
using Simplex = lemon::NetworkSimplex<Graph, int64_t, int64_t>;

int main(int argc, char **argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 1;
  int nodes, arcs;
  if (std::scanf("%d %d", &nodes, &arcs) != 2) return 1;
  std::vector<int64_t> balance(nodes);
  for (auto &b : balance)
    if (std::scanf("%ld", &b) != 1) return 1;
  std::vector<std::pair<int, int>> ends(arcs);
  std::vector<int64_t> costs(arcs);
  for (int i = 0; i < arcs; ++i) // sorted by tail, as StaticDigraph needs
    if (std::scanf("%d %d %ld", &ends[i].first, &ends[i].second, &costs[i]) != 3) return 1;

  Graph graph;
  graph.build(nodes, ends.begin(), ends.end());
  Graph::ArcMap<int64_t> cost(graph);
  Graph::NodeMap<int64_t> supply(graph);
  for (int i = 0; i < arcs; ++i) cost[graph.arc(i)] = costs[i];
  for (int v = 0; v < nodes; ++v) supply[graph.node(v)] = balance[v];

  int64_t best = std::numeric_limits<int64_t>::max(), total = 0;
  for (int run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    Simplex simplex(graph); // copies the graph, as the measured Go call does
    simplex.costMap(cost).supplyMap(supply);
    if (simplex.run() != Simplex::OPTIMAL) return 2;
    total = simplex.totalCost<int64_t>();
    const auto end = std::chrono::steady_clock::now();
    best = std::min<int64_t>(best, std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count());
  }
  std::printf("%ld %ld\n", total, best);
}
