// asio's names without asio's weight, for headers.
#pragma once

namespace asio {
class io_context;
}  // namespace asio
