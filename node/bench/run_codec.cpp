#include "node/bench/run_codec.h"

#include <cstring>
#include <type_traits>
#include <utility>

namespace freshet::bench {
namespace {

class Out {
 public:
  template <typename T>
  void value(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void text(const std::string& text) {
    value(text.size());
    bytes += text;
  }
  template <typename T>
  void list(const std::vector<T>& list) {
    value(list.size());
    for (const T& each : list) value(each);
  }
  std::string bytes;
};

class In {
 public:
  explicit In(std::string_view bytes) : left_(bytes) {}
  template <typename T>
  void value(T& to) {
    if (left_.size() < sizeof(T)) {
      fail();
      return;
    }
    std::memcpy(static_cast<void*>(&to), left_.data(), sizeof(T));
    left_.remove_prefix(sizeof(T));
  }
  void text(std::string& to) {
    const std::size_t size = count(1);
    to.assign(left_.substr(0, size));
    left_.remove_prefix(size);
  }
  template <typename T>
  void list(std::vector<T>& to) {
    to.resize(count(sizeof(T)));
    for (T& each : to) value(each);
  }
  /// Of what takes so many bytes each.
  std::size_t count(std::size_t each) {
    std::size_t count = 0;
    value(count);
    if (count > left_.size() / each) fail();
    return ok_ ? count : 0;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return left_.empty(); }

 private:
  void fail() {
    ok_ = false;
    left_ = {};
  }
  std::string_view left_;
  bool ok_ = true;
};

// One list of what a run is made of, for both ways.
template <typename Stream, typename R>
void pass(Stream& stream, R& run) {
  stream.value(run.strategy);
  stream.value(run.seed);
  stream.text(run.variant.name);
  stream.value(run.variant.crash);
  stream.value(run.complete);
  stream.value(run.nodes);
  stream.value(run.links);
  stream.list(run.queries);
  stream.list(run.hops);
  stream.list(run.loads);
  stream.value(run.digest);
}

void put(Out& out, const RunOutcome& outcome) {
  pass(out, outcome.run);
  out.value(outcome.run.traffic.size());
  for (const TypeTraffic& traffic : outcome.run.traffic) {
    out.text(traffic.type);
    out.value(traffic.frames);
    out.value(traffic.bytes);
  }
  out.value(outcome.deliveries);
}

RunOutcome take(In& in) {
  RunOutcome outcome;
  pass(in, outcome.run);
  const std::size_t types = in.count(1);
  for (std::size_t i = 0; i < types && in.ok(); ++i) {
    TypeTraffic& traffic = outcome.run.traffic.emplace_back();
    in.text(traffic.type);
    in.value(traffic.frames);
    in.value(traffic.bytes);
  }
  in.value(outcome.deliveries);
  return outcome;
}

}  // namespace

std::string encode_outcomes(const std::vector<NumberedOutcome>& outcomes) {
  Out out;
  out.value(sizeof(QueryRow));
  for (const NumberedOutcome& each : outcomes) {
    out.value(each.number);
    out.value(each.outcome.ok());
    if (each.outcome.ok()) {
      put(out, *each.outcome);
    } else {
      out.value(each.outcome.error().code);
      out.text(each.outcome.error().message);
    }
  }
  return std::move(out.bytes);
}

std::optional<std::vector<NumberedOutcome>> decode_outcomes(std::string_view bytes) {
  In in(bytes);
  std::size_t row = 0;
  in.value(row);
  if (row != sizeof(QueryRow)) return std::nullopt;
  std::vector<NumberedOutcome> outcomes;
  while (in.ok() && !in.at_end()) {
    std::size_t number = 0;
    bool is_run = false;
    in.value(number);
    in.value(is_run);
    if (is_run) {
      outcomes.push_back({.number = number, .outcome = take(in)});
    } else {
      Error error;
      in.value(error.code);
      in.text(error.message);
      outcomes.push_back({.number = number, .outcome = error});
    }
  }
  if (!in.ok()) return std::nullopt;
  return outcomes;
}

}  // namespace freshet::bench
