#include "node/io/host/testbed_port.h"

#include <algorithm>
#include <utility>

namespace freshet::io {
namespace {

/// Far from the numbers of the user's own searches.
constexpr std::uint32_t kFirstAsk = 0x80000000;

/// As late as a frame may be without being counted as late: a ring is over at the very moment at
/// which its last answer is due, and that answer must be heard first.
std::optional<Duration> grace_of(const testbed::Delay& delay) {
  using Kind = testbed::Delay::Kind;
  if (delay.kind == Kind::none) return std::nullopt;
  // The least latency is that of the frames that a timer sends; a lognormal one has no least.
  return delay.kind == Kind::lognormal ? Duration{} : delay.low / 2;
}

}  // namespace

PumpClock clock_for(const testbed::Setup* setup) {
  if (setup == nullptr) return {};
  return {.start = std::chrono::steady_clock::time_point(std::chrono::nanoseconds(setup->epoch_ns)),
          .dilation = setup->dilation,
          .grace = grace_of(setup->delay)};
}

TestbedPort::TestbedPort(asio::io_context& io,
                         const testbed::Setup& setup,
                         Pump& pump,
                         const core::Node& node,
                         OverlayLinks& links)
    : pump_(pump),
      node_(node),
      links_(links),
      shaper_(io, setup, ledger_, *this),
      next_ask_(kFirstAsk) {
  links.shape_by(shaper_);
}

void TestbedPort::on_news(std::function<void()> told) {
  told_ = std::move(told);
  ledger_.on_change(told_);
}

void TestbedPort::look_at_links() {
  if (told_ && node_.overlay().links().live_count() != links_told_) told_();
}

void TestbedPort::ask(const Guid& guid, wire::Query query, const core::search::Ask& how) {
  core::search::Ask ask = how;
  ask.ask = core::search::AskId{next_ask_++};
  ask.query = std::move(query);
  ask.guid = guid;
  const TimePoint at = pump_.now();
  ledger_.asked(guid, ask.ask, at);
  pump_.deliver_at(core::search::Input(std::move(ask)), at);
}

void TestbedPort::on_hit(const core::search::Hit& hit) {
  if (hit.ask.value >= kFirstAsk) ledger_.hit(hit, pump_.current());
}

testbed::News TestbedPort::take_news() {
  testbed::News news{.address = {},
                     .links = static_cast<std::uint32_t>(node_.overlay().links().live_count()),
                     .deliveries = shaper_.counters().deliveries,
                     .late = shaper_.counters().late,
                     .worst_late = shaper_.take_worst_late(),
                     .sent = ledger_.by_type(),
                     .queries = {}};
  links_told_ = news.links;
  ledger_.take(news.queries, [this](const Guid& guid) { return node_.overlay().is_at(guid); });
  return news;
}

void TestbedPort::received(LinkId link, ByteView frame, TimePoint at) {
  pump_.deliver_at(core::overlay::Input(core::overlay::Received{.link = link, .bytes = frame}), at);
  look_at_links();
}

void TestbedPort::gone(LinkId link, TimePoint at) {
  links_.gone(link,
              [this, at](core::overlay::Input input) { pump_.deliver_at(std::move(input), at); });
  look_at_links();
}

}  // namespace freshet::io
