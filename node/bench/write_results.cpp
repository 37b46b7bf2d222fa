#include "node/bench/write_results.h"

#include <utility>
#include <vector>

#include "node/bench/manifest.h"
#include "node/bench/report.h"
#include "node/bench/write_files.h"
#include "node/bench/write_results_csv.h"

namespace freshet::bench {

Status write_results(const RunSet& set, const std::string& dir, const RunSet* beside) {
  const Host host = this_host();
  const std::vector<std::pair<std::string, FileWriter>> files = {
      {"queries.csv",
       [&](std::ostream& out) {
         write_queries_csv(set, out);
       }},
      {"nodes.csv",
       [&](std::ostream& out) {
         write_nodes_csv(set, out);
       }},
      {"summary.json",
       [&](std::ostream& out) {
         out << summary_json(set);
       }},
      {"report.html",
       [&](std::ostream& out) {
         out << report_html(set, host, beside);
       }},
      {"manifest.json",
       [&](std::ostream& out) {
         out << manifest_json(set, host);
       }},
  };
  return write_files(dir, files);
}

}  // namespace freshet::bench
