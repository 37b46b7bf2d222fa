#include "node/cli/bench/load/process_use.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace freshet::bench {

double cpu_seconds(pid_t pid) {
  std::uint64_t sum_ns = 0;
  const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::ifstream file(task.path() / "schedstat");
    std::uint64_t ran_ns = 0;
    if (!(file >> ran_ns)) throw std::runtime_error("no schedstat of " + task.path().string());
    sum_ns += ran_ns;
  }
  return static_cast<double>(sum_ns) / 1e9;
}

double resident_mib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  throw std::runtime_error("no such process: " + std::to_string(pid));
}

}  // namespace freshet::bench
