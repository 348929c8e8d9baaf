#pragma once

#include <unistd.h>

#include <utility>

namespace scorefield::base {

/// A file descriptor, closed at the end; negative: none.
class Descriptor {
  public:
    explicit Descriptor(int number = -1) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    void reset() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

  private:
    int number_;
};

/// Opens the standard descriptors 0 to 2 that are closed, on /dev/null: what a program opens next would otherwise have
/// their numbers, and messages would be written into it. First thing in main.
void open_standard_descriptors();

}  // namespace scorefield::base
