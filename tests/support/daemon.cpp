#include "tests/support/daemon.h"

#include <charconv>
#include <csignal>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds kStartLimit{60};
constexpr std::chrono::seconds kEndLimit{30};
constexpr std::string_view kReady = "ready: listening on ";

constexpr int kOkExit = 0;
constexpr int kInterruptedExit = 130;
constexpr int kKilled = 128 + SIGKILL;

void append(std::vector<std::string>& to, const std::vector<std::string>& what) {
  to.insert(to.end(), what.begin(), what.end());
}

/// The address in the ready line that is last in `err`, when it is complete.
std::string ready_address(const std::string& err) {
  const auto at = err.rfind(kReady);
  if (at == std::string::npos) return {};
  const auto end = err.find('\n', at);
  if (end == std::string::npos) return {};
  return err.substr(at + kReady.size(), end - at - kReady.size());
}

bool has_sanitizer_report(const std::string& err) {
  return err.find("Sanitizer") != std::string::npos
         || err.find("runtime error:") != std::string::npos;
}

}  // namespace

std::string freshet_binary() {
  return FRESHET_BINARY;
}

Json CliResult::json() const {
  return Json::parse(out);
}
std::vector<Json> CliResult::events() const {
  return parse_events(out);
}

std::vector<Json> CliResult::events(const std::string& kind) const {
  std::vector<Json> chosen;
  for (auto& event : parse_events(out)) {
    if (event.value("event", "") == kind) chosen.push_back(std::move(event));
  }
  return chosen;
}

std::vector<Json> parse_events(const std::string& text) {
  std::vector<Json> events;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1) {
    events.push_back(Json::parse(text.substr(at, end - at)));
  }
  return events;
}

CliResult run_program(const std::vector<std::string>& args,
                      const fs::path& stdin_file,
                      std::chrono::milliseconds limit) {
  const TempDir scratch;
  Process process(args, scratch.path() / "run", stdin_file);
  const auto code = process.wait(limit);
  if (!code) {
    std::ostringstream line;
    for (const auto& arg : args) line << arg << ' ';
    throw std::runtime_error("hangs: " + line.str() + "\n" + process.err());
  }
  return {.exit_code = *code, .out = process.out(), .err = process.err()};
}

CliResult run_freshet(const std::vector<std::string>& args) {
  std::vector<std::string> words = {freshet_binary()};
  append(words, args);
  return run_program(words);
}

Daemon::Daemon(fs::path state, DaemonOptions options)
    : state_(std::move(state)),
      options_(std::move(options)) {
  fs::create_directories(state_);
  start();
}

void Daemon::start() {
  std::vector<std::string> args = options_.wrapper;
  append(args, command({"up"}));
  append(args, options_.paths);
  if (!options_.listen.empty()) append(args, {"--listen", options_.listen});
  for (const auto& peer : options_.peers) append(args, {"--peer", peer});
  append(args, options_.flags);
  const fs::path output = state_.string() + ".daemon";
  fs::remove(output.string() + ".err");
  process_ = std::make_unique<Process>(args, output);
  const bool answered = eventually(
      [&] { return !process_->running() || !(address_ = ready_address(process_->err())).empty(); },
      kStartLimit);
  if (!answered || !process_->running()) {
    throw std::runtime_error("the daemon did not become ready: " + process_->err());
  }
}

Daemon::~Daemon() {
  ask_to_end();
  const auto code = process_->wait(kEndLimit);
  CHECK_MESSAGE(code.has_value(), "the daemon in " << state_.string() << " does not end");
  if (!code) return;
  const bool well =
      *code == kOkExit || *code == kInterruptedExit || *code == kKilled || *code == 128 + SIGTERM;
  CHECK_MESSAGE(well, "the daemon ended with " << *code << ": " << process_->err());
  CHECK_MESSAGE(!has_sanitizer_report(process_->err()), process_->err());
}

void Daemon::ask_to_end() {
  process_->send(SIGTERM);
}

void Daemon::start_again() {
  options_.listen = address_;
  start();
}

std::uint16_t Daemon::port() const {
  const auto digits = address_.substr(address_.rfind(':') + 1);
  std::uint16_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port;
}

std::vector<std::string> Daemon::command(const std::vector<std::string>& args) const {
  std::vector<std::string> words = {freshet_binary(), "--state", state_.string()};
  append(words, args);
  return words;
}

CliResult Daemon::cli(const std::vector<std::string>& args) const {
  return run_program(command(args));
}

std::unique_ptr<Process> Daemon::start_cli(const std::vector<std::string>& args,
                                           const std::string& name) const {
  return std::make_unique<Process>(command(args), state_.parent_path() / name);
}

Json Daemon::status() const {
  const auto result = cli({"status", "--json"});
  if (result.exit_code != 0) throw std::runtime_error("status failed: " + result.err);
  return result.json();
}

std::uint64_t Daemon::counter(const std::string& name) const {
  return status().at("counters").at(name).get<std::uint64_t>();
}

std::size_t Daemon::peer_count() const {
  const auto result = cli({"peers", "--json"});
  if (result.exit_code != 0) throw std::runtime_error("peers failed: " + result.err);
  return result.json().size();
}

bool Daemon::has_peers(std::size_t count) const {
  return eventually([&] { return peer_count() == count; });
}

bool Daemon::has_hashed(std::uint64_t files) const {
  return eventually(
      [&] {
        const auto now = status();
        return now.at("shared_files") == files && now.at("hashed_files") == files;
      },
      std::chrono::minutes(3));
}

}  // namespace freshet::testing
