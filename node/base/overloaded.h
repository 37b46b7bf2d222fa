// Several lambdas as one visitor: std::visit(Overloaded{[](A) {}, [](B) {}}, variant).
#pragma once

namespace freshet {

template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace freshet
