// SPDX-License-Identifier: MIT
#include "pack.hpp"

#include "file.hpp"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace fs = std::filesystem;

namespace backup {

namespace {

constexpr int compression_level = 3;

fs::path copy_of(const fs::path& copies, const std::string& path) {
  return copies / (path + copy_suffix);
}

struct stat attributes_of(const file& x) {
  struct stat result = {};
  if (::fstat(x.descriptor(), &result) != 0)
    throw file_error(error_text());
  return result;
}

bool is_same(const timespec& x, const timespec& y) {
  return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
}

/// A file of the source, opened for reading.
class original {
public:
  explicit original(const fs::path& path)
      // It may have become a pipe since it was found: do not wait for a writer.
      : file_(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY) {
    if (!file_.is_open())
      throw file_error(error_text());
    attributes_ = attributes_of(file_);
    if (!S_ISREG(attributes_.st_mode))
      throw file_error("is no regular file any more");
  }

  /// As they were before anything was read.
  const struct stat& attributes() const {
    return attributes_;
  }

  bool has_changed() const {
    auto now = attributes_of(file_);
    return now.st_size != attributes_.st_size
           || !is_same(now.st_mtim, attributes_.st_mtim)
           || !is_same(now.st_ctim, attributes_.st_ctim);
  }

  /// The next bytes: as many as `buffer` holds, or less at the end.
  bytes_view read(std::span<char> buffer) {
    auto size = file_.read(buffer);
    if (!size)
      throw file_error(error_text());
    return buffer.first(*size);
  }

private:
  file file_;
  struct stat attributes_ = {};
};

/// The copy of a file while it is made; removed again unless it is finished.
class copy {
public:
  explicit copy(fs::path path)
      : path_(std::move(path)),
        file_(path_, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600) {
    if (!file_.is_open() && errno == ENAMETOOLONG)
      throw file_error("the name of its copy would be too long");
    check(file_.is_open());
  }

  copy(const copy&) = delete;
  copy& operator=(const copy&) = delete;

  ~copy() {
    if (!finished_)
      ::unlink(path_.c_str());
  }

  void write(bytes_view xs) {
    check(file_.write(xs));
    size_ += xs.size();
  }

  void finish(const struct stat& attributes) {
    // Not every file system can keep these, and the content is what counts.
    // The owner can always read the copy, since it is to be verified.
    auto mode = (attributes.st_mode & 0777U) | S_IRUSR;
    std::array times{attributes.st_atim, attributes.st_mtim};
    [[maybe_unused]] bool kept
      = ::fchmod(file_.descriptor(), mode) == 0
        && ::futimens(file_.descriptor(), times.data()) == 0;
    check(file_.close());
    finished_ = true;
  }

  std::uint64_t size() const {
    return size_;
  }

private:
  void check(bool ok) const {
    if (!ok)
      throw std::system_error(errno, std::generic_category(), path_.native());
  }

  fs::path path_;
  file file_;
  std::uint64_t size_ = 0;
  bool finished_ = false;
};

} // namespace

packer::packer(fs::path source, fs::path copies, std::stop_token stop)
    : source_(std::move(source)), copies_(std::move(copies)),
      stop_(std::move(stop)), zstd_(compression_level), buffer_(chunk_size) {}

packing packer::pack(const std::string& path,
                     std::atomic<std::uint64_t>& bytes) {
  original from{source_ / path};
  copy to{copy_of(copies_, path)};
  hash_.restart();
  zstd_.restart();
  packing result;
  for (bool at_end = false; !at_end;) {
    if (stop_.stop_requested())
      throw stopped{};
    auto xs = from.read(buffer_);
    at_end = xs.size() < buffer_.size();
    hash_.add(xs);
    zstd_.add(xs, at_end, [&to](bytes_view ys) { to.write(ys); });
    result.file.size += xs.size();
    bytes += xs.size();
  }
  to.finish(from.attributes());
  result.file.path = path;
  result.file.stored = to.size();
  result.file.sha256 = hash_.hexadecimal();
  result.changed = from.has_changed();
  return result;
}

verifier::verifier(fs::path copies, std::stop_token stop)
    : copies_(std::move(copies)), stop_(std::move(stop)), buffer_(chunk_size) {}

void verifier::verify(const packed_file& x) {
  file from{copy_of(copies_, x.path), O_RDONLY | O_NOFOLLOW};
  if (!from.is_open())
    throw std::runtime_error(error_text());
  hash_.restart();
  zstd_.restart();
  // A few bytes can be the copy of very many: look for a stop with each piece
  // that comes out.
  auto add_to_hash = [this](bytes_view xs) {
    if (stop_.stop_requested())
      throw stopped{};
    hash_.add(xs);
  };
  for (bool at_end = false; !at_end;) {
    auto size = from.read(buffer_);
    if (!size)
      throw std::runtime_error(error_text());
    at_end = *size < buffer_.size();
    zstd_.add(bytes_view{buffer_}.first(*size), add_to_hash);
  }
  if (!zstd_.is_complete() || hash_.hexadecimal() != x.sha256)
    throw std::runtime_error("its copy does not hold what was read");
}

} // namespace backup
