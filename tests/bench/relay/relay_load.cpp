// Loads a relay that runs, and prints what it forwards in a second of its CPU time, in millions:
//   relay_load SYSTEM ADDR:PORT PID WINDOW MESSAGES          after a tenth of as many to warm up
//   relay_load soak ADDR:PORT PID WINDOW SECONDS [STALLED]   freshet alone: memory every ten
//   seconds;
//                                                            STALLED sinks stop reading at once
// SYSTEM is freshet (TLS), freshet-clear, nats, redis or zeromq. scripts/bench/relay runs them all.
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "node/cli/bench/load/load.h"
#include "node/cli/bench/load/process_use.h"
#include "tests/bench/relay/rivals.h"

namespace {

using namespace freshet;         // NOLINT(google-build-using-namespace): one program
using namespace freshet::bench;  // NOLINT(google-build-using-namespace): one program
using Clock = std::chrono::steady_clock;

constexpr std::size_t kSinks = 8;
constexpr std::chrono::seconds kSample{10};
constexpr std::uint64_t kSlice = 100'000;  // messages between two looks at the clock

struct Target {
  Endpoint at;
  pid_t pid = 0;
  std::uint64_t window = 0;
};

void measure(const std::string& system, const Target& target, std::uint64_t messages) {
  asio::io_context io(1);
  const bool is_freshet = system.starts_with("freshet");
  Endpoint for_sinks = target.at;
  if (system == "zeromq") ++for_sinks.port;  // its forwarder has a socket for either side
  const auto source = is_freshet ? tls_connector(io, target.at) : tcp_connector(io, target.at);
  const auto sink = is_freshet ? tls_connector(io, target.at) : tcp_connector(io, for_sinks);
  Load load(io, *source, *sink, format_of(system), kSinks);
  load.pass(messages / 10, target.window);
  const double before = cpu_seconds(target.pid);
  load.pass(messages, target.window);
  const double used = cpu_seconds(target.pid) - before;
  std::printf("%.3f\n", static_cast<double>(messages * kSinks) / used / 1e6);
}

void soak(const Target& target, std::chrono::seconds length, std::size_t stalled) {
  asio::io_context io(1);
  const auto connector = tls_connector(io, target.at);
  Load load(io, *connector, *connector, freshet_format, kSinks);
  load.pass(kSlice, target.window);
  for (std::size_t i = 0; i < stalled; ++i) load.stall(kSinks - 1 - i);
  const auto began = Clock::now();
  auto sampled = began;
  double cpu = cpu_seconds(target.pid);
  std::uint64_t messages = 0;
  while (Clock::now() - began < length) {
    load.pass(kSlice, target.window);
    messages += kSlice;
    if (Clock::now() - sampled < kSample) continue;
    sampled = Clock::now();
    const double now = cpu_seconds(target.pid);
    std::printf("%5.0f s  resident %7.2f MiB  %.2f million forwarded a CPU-second\n",
                std::chrono::duration<double>(sampled - began).count(),
                resident_mib(target.pid),
                static_cast<double>(messages * (kSinks - stalled)) / 1e6 / (now - cpu));
    std::fflush(stdout);
    cpu = now;
    messages = 0;
  }
}

void run(const std::vector<std::string>& words) {
  if (words.size() < 5) throw std::runtime_error("usage: see relay_load.cpp");
  const auto at = Endpoint::parse(words[1]);
  if (!at) throw std::runtime_error("no ADDR:PORT: " + words[1]);
  const Target target{.at = *at, .pid = std::stoi(words[2]), .window = std::stoull(words[3])};
  if (words[0] == "soak") {
    const std::size_t stalled = words.size() > 5 ? std::stoul(words[5]) : 0;
    if (stalled >= kSinks) throw std::runtime_error("one sink must go on reading");
    soak(target, std::chrono::seconds(std::stol(words[4])), stalled);
  } else {
    measure(words[0], target, std::stoull(words[4]));
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "relay_load: %s\n", error.what());
    return 1;
  }
  return 0;
}
