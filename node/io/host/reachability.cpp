#include "node/io/host/reachability.h"

#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/io/net/tls_link.h"

namespace freshet::io {

namespace co = core::overlay;

struct Reachability::Check {
  Check(asio::io_context& io, std::size_t the_expected, Answers the_answers)
      : patience(io),
        expected(the_expected),
        answers(std::move(the_answers)) {}
  asio::steady_timer patience;
  std::size_t expected;
  Answers answers;
  std::vector<DialBackView> heard;
};

Reachability::Reachability(asio::io_context& io, Dialer& dialer, Deliver deliver)
    : io_(io),
      dialer_(dialer),
      deliver_(std::move(deliver)) {}

Reachability::~Reachability() = default;

void Reachability::dial_failed(const std::string& address, const std::string& error) {
  dial_succeeded(address);
  failed_.push_front({.address = address, .error = error});
  if (failed_.size() > kMaxFailed) failed_.pop_back();
}

void Reachability::dial_succeeded(const std::string& address) {
  std::erase_if(failed_, [&](const FailedDial& each) { return each.address == address; });
}

void Reachability::check(std::size_t expected, Answers answers) {
  finish();
  if (expected == 0) {
    answers({});
    return;
  }
  check_ = std::make_unique<Check>(io_, expected, std::move(answers));
  check_->patience.expires_after(kPatience);
  check_->patience.async_wait([this](const asio::error_code& canceled) {
    if (!canceled) finish();
  });
  deliver_(co::AskDialBack{});
}

void Reachability::on_answer(DialBackView answer) {
  if (!check_) return;
  check_->heard.push_back(std::move(answer));
  if (check_->heard.size() >= check_->expected) finish();
}

void Reachability::finish() {
  if (const auto done = std::move(check_)) done->answers(std::move(done->heard));
}

void Reachability::dial_back(const co::DialBack& asked, const NodeKey& peer, Endpoint at) {
  at.port = asked.port;
  dialer_.dial({at},
               Protocol::overlay,
               peer,
               [this, link = asked.link](const Result<std::shared_ptr<TlsLink>>& reached) {
                 if (reached) (*reached)->abort();
                 deliver_(co::DialledBack{.link = link, .reached = reached.ok()});
               });
}

}  // namespace freshet::io
