#pragma once

#include <memory>
#include <utility>

namespace pgsync {

/// A T or nothing, as std::optional, but elsewhere: what holds it stays small, however much there is in a T.
/// Boost.PFR counts the members of a struct in time that grows with the struct's size.
template <typename T>
class box {
  public:
    box() = default;
    /// Holds `value`.
    box(T value) : held_(std::make_unique<T>(std::move(value))) {}  // NOLINT(google-explicit-constructor)
    /// A copy of the value, if there is one.
    box(const box& other) : held_(other.held_ ? std::make_unique<T>(*other.held_) : nullptr) {}
    /// Leaves the other without a value.
    box(box&&) noexcept = default;
    /// A copy of the value, if there is one.
    box& operator=(const box& other) {
        if (this != &other) held_ = other.held_ ? std::make_unique<T>(*other.held_) : nullptr;
        return *this;
    }
    /// Leaves the other without a value.
    box& operator=(box&&) noexcept = default;
    ~box() = default;

    [[nodiscard]] bool has_value() const noexcept { return held_ != nullptr; }  ///< else: null
    /// has_value()
    explicit operator bool() const noexcept { return has_value(); }
    /// Only where has_value().
    [[nodiscard]] T& operator*() noexcept { return *held_; }
    /// Only where has_value().
    [[nodiscard]] const T& operator*() const noexcept { return *held_; }
    /// Only where has_value().
    [[nodiscard]] T* operator->() noexcept { return held_.get(); }
    /// Only where has_value().
    [[nodiscard]] const T* operator->() const noexcept { return held_.get(); }

    /// Makes a new T and returns it.
    T& emplace() {
        held_ = std::make_unique<T>();
        return *held_;
    }
    /// From here on there is no value.
    void reset() noexcept { held_.reset(); }

  private:
    std::unique_ptr<T> held_;
};

}  // namespace pgsync
