#pragma once

#include <memory>
#include <utility>

namespace pgsync {

/// An optional T on the heap, so that a struct with such a member stays small however large T is: the time
/// that Boost.PFR needs to count the members of a struct grows with the struct's size.
template <typename T>
class box {
  public:
    box() = default;
    /// Creates a box that holds `value`.
    box(T value) : held_(std::make_unique<T>(std::move(value))) {}  // NOLINT(google-explicit-constructor)
    /// Copies the value, if there is one.
    box(const box& other) : held_(other.held_ ? std::make_unique<T>(*other.held_) : nullptr) {}
    /// Moves the value; the source is left empty.
    box(box&&) noexcept = default;
    /// Copies the value, if there is one.
    box& operator=(const box& other) {
        if (this != &other) held_ = other.held_ ? std::make_unique<T>(*other.held_) : nullptr;
        return *this;
    }
    /// Moves the value; the source is left empty.
    box& operator=(box&&) noexcept = default;
    ~box() = default;

    [[nodiscard]] bool has_value() const noexcept { return held_ != nullptr; }  ///< false stands for null
    /// Same as has_value().
    explicit operator bool() const noexcept { return has_value(); }
    /// Requires has_value().
    [[nodiscard]] T& operator*() noexcept { return *held_; }
    /// Requires has_value().
    [[nodiscard]] const T& operator*() const noexcept { return *held_; }
    /// Requires has_value().
    [[nodiscard]] T* operator->() noexcept { return held_.get(); }
    /// Requires has_value().
    [[nodiscard]] const T* operator->() const noexcept { return held_.get(); }

    /// Replaces the value with a new T and returns it.
    T& emplace() {
        held_ = std::make_unique<T>();
        return *held_;
    }
    /// Removes the value.
    void reset() noexcept { held_.reset(); }

  private:
    std::unique_ptr<T> held_;
};

}  // namespace pgsync
