#include "tests/support/lan.h"

#include <stdexcept>
#include <utility>

#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/namespaces.h"

namespace freshet::testing {

bool enter_lan() {
  static const bool entered = enter_namespaces(CLONE_NEWNET);
  return entered;
}

void run_or_throw(const std::vector<std::string>& args) {
  const auto result = run_program(args);
  if (result.exit_code == 0) return;
  std::string line;
  for (const auto& arg : args) line += arg + ' ';
  throw std::runtime_error(line + "failed: " + result.err);
}

Switch::Switch(std::string name) : name_(std::move(name)) {
  run_or_throw({"ip", "link", "add", name_, "type", "bridge"});
  run_or_throw({"ip", "link", "set", name_, "up"});
}

Switch::~Switch() {
  (void)run_program({"ip", "link", "del", name_});
}

Machine::Machine(const std::filesystem::path& dir, int number)
    : number_(number),
      holder_({"unshare", "-n", "sleep", "infinity"}, dir / ("machine" + std::to_string(number))) {
  const auto its_file = "/proc/" + std::to_string(holder_.pid()) + "/ns/net";
  const auto own = std::filesystem::read_symlink("/proc/self/ns/net");
  const bool there = eventually([&] {
    std::error_code failed;
    const auto its = std::filesystem::read_symlink(its_file, failed);
    return !failed && its != own;
  });
  if (!there) throw std::runtime_error("a machine did not get its namespace");
  run({"ip", "link", "set", "lo", "up"});
}

void Machine::plug(const Switch& to,
                   const std::string& interface,
                   const std::vector<std::string>& addresses) const {
  const std::string cable = to.name() + "-" + std::to_string(number_);
  // The kernel may take its time to end a machine of the case before, and its cable with it.
  (void)run_program({"ip", "link", "del", cable});
  run_or_throw({"ip",
                "link",
                "add",
                cable,
                "type",
                "veth",
                "peer",
                "name",
                interface,
                "netns",
                std::to_string(holder_.pid())});
  run_or_throw({"ip", "link", "set", cable, "master", to.name(), "up"});
  for (const auto& address : addresses) run({"ip", "addr", "add", address, "dev", interface});
  run({"ip", "link", "set", interface, "up"});
}

std::vector<std::string> Machine::wrapper() const {
  return {"nsenter", "-n", "-t", std::to_string(holder_.pid()), "--"};
}

void Machine::run(const std::vector<std::string>& args) const {
  auto words = wrapper();
  words.insert(words.end(), args.begin(), args.end());
  run_or_throw(words);
}

}  // namespace freshet::testing
