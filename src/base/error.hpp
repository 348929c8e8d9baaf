#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace scorefield::base {

/// Who has to act: the one who asked (exit status 2) or the one who runs the machine (exit status 1).
enum class Fault { request, running };

/// An error as users see it: one line `WHAT (WHERE): WHY; HINT`. Thrown anywhere, caught once at the edge.
class Error : public std::runtime_error {
  public:
    /// `where` names the field, file and place, and `hint` the remedy: neither is empty. Fields stand in back quotes: a
    /// front end shows them in its own way (base::with_flags).
    Error(Fault fault, const std::string& what, const std::string& where, const std::string& why,
          const std::string& hint);

    Fault fault() const { return fault_; }
    int exit_status() const { return fault_ == Fault::request ? 2 : 1; }

  private:
    Fault fault_;
};

/// A mistake in the request: flags, names, ranges, unreadable or invalid inputs.
Error request_error(const std::string& what, const std::string& where, const std::string& why, const std::string& hint);

/// A failure while running: device, output, divergence.
Error running_error(const std::string& what, const std::string& where, const std::string& why, const std::string& hint);

/// The line that says why work ended with this exception: that of an Error, or one that asks for less after
/// std::bad_alloc; anything else is an internal error, and its line says so.
std::string error_line(const std::exception& error);

}  // namespace scorefield::base
