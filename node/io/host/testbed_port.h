// The daemon's side of a testbed: emulates its links, counts for its queries, asks in its name.
// Only a daemon that was set up by one has it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "node/core/node.h"
#include "node/core/search/io.h"
#include "node/io/host/overlay_links.h"
#include "node/io/host/pump.h"
#include "node/io/testbed/ledger.h"
#include "node/io/testbed/news.h"
#include "node/io/testbed/shaper.h"

namespace freshet::io {

/// The clock of a daemon, of a testbed or not.
PumpClock clock_for(const testbed::Setup* setup);

class TestbedPort final : public testbed::ShaperOutside {
 public:
  /// All outlive the port. `links` are shaped by it from now on.
  TestbedPort(asio::io_context& io,
              const testbed::Setup& setup,
              Pump& pump,
              const core::Node& node,
              OverlayLinks& links);

  /// Called when there is news, once until it is taken.
  void on_news(std::function<void()> told);

  /// Asks under a GUID that the testbed chose.
  void ask(const Guid& guid, wire::Query query, const core::search::Ask& how);
  void on_hit(const core::search::Hit& hit);
  /// The workload begins: frames may vanish.
  void begin() { shaper_.begin_faults(); }
  /// What changed since it was last taken; the rest as it is. The address is not in it.
  testbed::News take_news();
  /// Whether something may change without anything else happening.
  [[nodiscard]] bool is_restless() const { return ledger_.is_at_any(); }
  void stop() { shaper_.stop(); }

  [[nodiscard]] TimePoint now() const override { return pump_.current(); }
  [[nodiscard]] TimePoint clock() const override { return pump_.now(); }
  [[nodiscard]] std::chrono::steady_clock::time_point real(TimePoint time) const override {
    return pump_.real(time);
  }
  LinkId introduced(LinkId link, const std::optional<NodeKey>& alias) override {
    return links_.introduced(link, alias);
  }
  void received(LinkId link, ByteView frame, TimePoint at) override;
  void gone(LinkId link, TimePoint at) override;
  void refuse(LinkId link) override {
    ++refused_;
    links_.abort(link);
  }
  [[nodiscard]] const testbed::Ledger& ledger() const { return ledger_; }
  /// Links closed for what is no testbed's stream.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void look_at_links();

  Pump& pump_;
  const core::Node& node_;
  OverlayLinks& links_;
  testbed::Ledger ledger_;
  testbed::Shaper shaper_;
  std::uint32_t next_ask_;
  std::function<void()> told_;
  std::size_t links_told_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace freshet::io
