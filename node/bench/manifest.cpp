#include "node/bench/manifest.h"

#include <fstream>

#include <sys/utsname.h>
#include <unistd.h>

#include "node/base/version.h"
#include "node/bench/json_parts.h"

namespace freshet::bench {
namespace {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const std::size_t at = line.find(": ");
    return at == std::string::npos ? "" : line.substr(at + 2);
  }
  return "";
}

std::uint64_t positive(std::int64_t value) {
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

Json json_of(const Run& run) {
  return {{"strategy", to_string(run.strategy)},
          {"seed", run.seed},
          {"variant", run.variant.name},
          {"crash", run.variant.crash},
          {"nodes", run.nodes},
          {"links", run.links},
          {"queries", run.queries.size()},
          {"complete", run.complete},
          {"digest", hex(run.digest)}};
}

}  // namespace

Host this_host() {
  Host host;
  utsname system{};
  if (uname(&system) == 0) {
    host.name = system.nodename;
    host.system = std::string(system.sysname) + " " + system.release + " " + system.machine;
  }
  host.cpu = cpu_model();
  host.cores = static_cast<unsigned>(positive(sysconf(_SC_NPROCESSORS_ONLN)));
  host.memory_bytes = positive(sysconf(_SC_PHYS_PAGES)) * positive(sysconf(_SC_PAGESIZE));
  return host;
}

std::string_view version() {
  return kVersion;
}

std::string manifest_json(const RunSet& set, const Host& host) {
  Json json = {{"schema", 1},
               {"name", set.scenario_name},
               {"version", version()},
               {"runner", set.runner},
               {"command", set.command},
               {"seeds", set.seeds},
               {"ttl", set.ttl},
               {"interrupted", set.interrupted},
               {"host", json_of(host)},
               {"timing", {{"wall_seconds", set.wall_seconds}, {"cpu_seconds", set.cpu_seconds}}}};
  if (set.runner == "sim") {
    json["engine"] = {{"deliveries", set.deliveries},
                      {"cpu_seconds", set.cpu_seconds},
                      {"peak_rss_bytes", set.peak_rss_bytes}};
  }
  json["runs"] = Json::array();
  for (const Run& run : set.runs) json["runs"].push_back(json_of(run));
  json["scenario"] = set.scenario_text;
  return file_text(json);
}

}  // namespace freshet::bench
