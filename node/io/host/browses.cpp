#include "node/io/host/browses.h"

#include <algorithm>
#include <string>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace freshet::io {

namespace co = core::overlay;

namespace {

using Clock = std::chrono::steady_clock;
// Between two questions whether a file has its id by now.
constexpr std::chrono::milliseconds kAgain{300};

Error no_source(std::string message) {
  return {.code = ErrorCode::no_source, .message = std::move(message)};
}

Error error_of(co::BrowseFailure failure) {
  switch (failure) {
    case co::BrowseFailure::not_understood:
      return {.code = ErrorCode::invalid,
              .message = "its version of freshet does not know how to be browsed"};
    case co::BrowseFailure::too_many:
      return no_source("too many pages are awaited at this time; try again");
    case co::BrowseFailure::malformed:
      return no_source("what it said is no list of files");
    case co::BrowseFailure::none:
    case co::BrowseFailure::link_gone:
      break;
  }
  return no_source("the link to it ended");
}

}  // namespace

struct Browses::Waiting {
  explicit Waiting(asio::io_context& io) : timer(io) {}
  co::BrowseId ask;
  LinkId link;
  wire::Browse what;
  std::chrono::milliseconds patience{};
  PageDone done;
  asio::steady_timer timer;  ///< until its turn, and then until patience ends
};

// What numbers mean after a browse. A file that had no id when it was listed is asked for again.
class Browses::Results final : public NumberedResults,
                               public std::enable_shared_from_this<Browses::Results> {
 public:
  Results(Browses& browses, std::shared_ptr<Listing> listing)
      : browses_(browses),
        listing_(std::move(listing)) {}

  void resolve(const std::string& what,
               std::chrono::milliseconds patience,
               Resolved resolved) override {
    const auto number = listing_->resolve(what);
    const auto whole_id = ContentId::from_hex(what);
    if (number) {
      settle(*number, Clock::now() + patience, resolved);
    } else if (whole_id) {
      resolved(Wanted{.content = *whole_id, .name = {}, .size_claim = std::nullopt, .sources = {}});
    } else {
      resolved(number.error());
    }
  }

 private:
  // NOLINTBEGIN(misc-no-recursion): the pages come later, from the loop.
  void settle(std::uint32_t number,
              Clock::time_point until,
              const Resolved& resolved,
              std::chrono::milliseconds pause = {}) {
    const auto known = listing_->file(number);
    if (known->file.content) {
      resolved(wanted(*known));
      return;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left <= std::chrono::milliseconds(0)) {
      resolved(no_source("the node that has it has not hashed it yet; try again in a while"));
      return;
    }
    browses_.ask(
        listing_->node(),
        {.from = known->place, .max_files = 1, .wants_ids = true},
        left,
        [self = shared_from_this(), number, until, resolved](const Result<wire::BrowsePage>& page) {
          self->heard(number, page, until, resolved);
        },
        pause);
  }

  void heard(std::uint32_t number,
             const Result<wire::BrowsePage>& page,
             Clock::time_point until,
             const Resolved& resolved) {
    if (!page) {
      resolved(no_source("it had no id yet when it was listed, and now: " + page.error().message));
      return;
    }
    const auto known = listing_->file(number);
    const bool is_there = !page->files.empty() && page->files[0].place == known->place
                          && page->files[0].file.name == known->file.name
                          && page->files[0].file.size_bytes == known->file.size_bytes;
    if (!is_there) {
      resolved(no_source("it is not there any more; browse again"));
    } else if (page->files[0].file.content) {
      listing_->set_id(number, *page->files[0].file.content);
      settle(number, until, resolved);
    } else {
      settle(number, until, resolved, kAgain);
    }
  }
  // NOLINTEND(misc-no-recursion)

  [[nodiscard]] Wanted wanted(const wire::BrowsedFile& file) const {
    return {.content = *file.file.content,
            .name = file.file.name,
            .size_claim = file.file.size_bytes,
            .sources = {{.key = listing_->node(),
                         .endpoints = listing_->addresses(),
                         .size_claim = file.file.size_bytes}}};
  }

  Browses& browses_;
  std::shared_ptr<Listing> listing_;
};

Browses::Browses(asio::io_context& io, Searches& searches, Deliver deliver, LinkTo link_to)
    : io_(io),
      searches_(searches),
      deliver_(std::move(deliver)),
      link_to_(std::move(link_to)) {}

Browses::~Browses() = default;

void Browses::list(const std::shared_ptr<Listing>& listing) {
  searches_.list_instead(std::make_shared<Results>(*this, listing));
}

void Browses::ask(const NodeKey& node,
                  const wire::Browse& what,
                  std::chrono::milliseconds patience,
                  PageDone done,
                  std::chrono::milliseconds pause) {
  const auto link = link_to_(node);
  if (!link) {
    done(error_of(co::BrowseFailure::link_gone));
    return;
  }
  auto waiting = std::make_shared<Waiting>(io_);
  waiting->ask = co::BrowseId{next_ask_++};
  waiting->link = *link;
  waiting->what = what;
  waiting->patience = patience;
  waiting->done = std::move(done);
  waiting_.push_back(waiting);
  waiting->timer.expires_after(take_turn(*link) + pause);
  waiting->timer.async_wait([this, waiting](const std::error_code& canceled) {
    if (!canceled) send(waiting);
  });
}

void Browses::send(const std::shared_ptr<Waiting>& waiting) {
  waiting->timer.expires_after(waiting->patience);
  waiting->timer.async_wait([this, waiting](const std::error_code& canceled) {
    if (canceled) return;
    deliver_(co::ForgetBrowse{.ask = waiting->ask});
    end(waiting->ask, no_source("it does not answer"));
  });
  deliver_(co::AskBrowse{.ask = waiting->ask, .link = waiting->link, .browse = waiting->what});
}

void Browses::on_browsed(const co::Browsed& browsed) {
  if (browsed.failure == co::BrowseFailure::none) {
    end(browsed.ask, browsed.page);
  } else {
    end(browsed.ask, error_of(browsed.failure));
  }
}

void Browses::end(co::BrowseId ask, Result<wire::BrowsePage> page) {
  const auto found = std::find_if(
      waiting_.begin(), waiting_.end(), [&](const auto& each) { return each->ask == ask; });
  if (found == waiting_.end()) return;
  const auto waiting = *found;
  waiting_.erase(found);
  waiting->timer.cancel();
  waiting->done(std::move(page));
}

// How long to wait for the next page of that link.
Clock::duration Browses::take_turn(LinkId link) {
  const auto now = Clock::now();
  std::erase_if(turns_, [&](const auto& turn) { return turn.second <= now; });
  auto& over = turns_.try_emplace(link.value, now).first->second;
  over = std::max(over, now) + kPause;
  return std::max(Clock::duration::zero(), over - now - kBurst * kPause);
}

void Browses::stop() {
  for (const auto& waiting : waiting_) waiting->timer.cancel();
  waiting_.clear();
}

}  // namespace freshet::io
