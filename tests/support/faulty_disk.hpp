// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace lightflow::tests {

/// What goes wrong on a faulty_disk, until it is mended.
struct disk_fault {
  enum class operation { append, sync };

  operation what = operation::append;
  /// Concerns files with this in their names: ".log", ".sst", "MANIFEST".
  std::string file = ".log";
  /// So many operations on these files still succeed.
  std::uint64_t after = 0;
  /// The part of the failing operation that happens all the same: 0 none, 1
  /// all of it.
  double done = 0;
  rocksdb::IOStatus error = rocksdb::IOStatus::IOError("injected");
};

/// The real file system, but for faults that a test asks for; and it knows
/// what a loss of power would take. Any thread may use it.
///
/// Files are as they were at their last sync, files whose directory was not
/// synced since they were made are gone. Renamed and removed files stay so.
class faulty_disk : public rocksdb::FileSystemWrapper {
public:
  faulty_disk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override {
    return "faulty_disk";
  }

  void fail(disk_fault x) {
    std::lock_guard guard{mutex_};
    fault_ = std::move(x);
  }

  void mend() {
    std::lock_guard guard{mutex_};
    fault_.reset();
  }

  /// How many operations failed.
  std::uint64_t failures() const {
    std::lock_guard guard{mutex_};
    return failures_;
  }

  /// Takes what is not synced. No database may be open on this disk.
  void lose_power() {
    std::lock_guard guard{mutex_};
    for (auto& [name, size] : synced_)
      if (!entered_.contains(name))
        std::filesystem::remove(name);
      else if (std::filesystem::file_size(name) > size)
        std::filesystem::resize_file(name, size);
    synced_.clear();
    entered_.clear();
  }

  rocksdb::IOStatus
  NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                  std::unique_ptr<rocksdb::FSWritableFile>* result,
                  rocksdb::IODebugContext* debug) override {
    auto made = target()->NewWritableFile(name, options, result, debug);
    if (made.ok()) {
      std::lock_guard guard{mutex_};
      synced_[name] = 0;
      entered_.erase(name);
      *result = std::make_unique<file>(*this, name, std::move(*result));
    }
    return made;
  }

  rocksdb::IOStatus NewDirectory(const std::string& name,
                                 const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override {
    auto opened = target()->NewDirectory(name, options, result, debug);
    if (opened.ok())
      *result = std::make_unique<directory>(*this, std::move(*result));
    return opened;
  }

  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    auto renamed = target()->RenameFile(from, to, options, debug);
    std::lock_guard guard{mutex_};
    if (auto known = synced_.extract(from); renamed.ok() && known) {
      synced_[to] = known.mapped();
      entered_.insert(to);
    }
    return renamed;
  }

  rocksdb::IOStatus DeleteFile(const std::string& name,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    auto removed = target()->DeleteFile(name, options, debug);
    std::lock_guard guard{mutex_};
    if (removed.ok())
      synced_.erase(name);
    return removed;
  }

private:
  using operation = disk_fault::operation;

  class file : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    file(faulty_disk& disk, std::string name,
         std::unique_ptr<rocksdb::FSWritableFile> x)
        : FSWritableFileOwnerWrapper(std::move(x)), disk_(disk),
          name_(std::move(name)) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      auto fault = disk_.next(operation::append, name_);
      auto size = fault ? static_cast<std::size_t>(
                    fault->done * static_cast<double>(data.size()))
                        : data.size();
      auto done = target()->Append({data.data(), size}, options, debug);
      return fault ? fault->error : done;
    }

    rocksdb::IOStatus Append(const rocksdb::Slice& data,
                             const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&,
                             rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }

    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      auto fault = disk_.next(operation::sync, name_);
      if (!fault || fault->done == 1)
        disk_.synced(name_, GetFileSize(options, debug));
      return fault ? fault->error : rocksdb::IOStatus::OK();
    }

    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }

    rocksdb::IOStatus RangeSync(std::uint64_t, std::uint64_t,
                                const rocksdb::IOOptions& options,
                                rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }

  private:
    faulty_disk& disk_;
    std::string name_;
  };

  class directory : public rocksdb::FSDirectoryWrapper {
  public:
    directory(faulty_disk& disk, std::unique_ptr<rocksdb::FSDirectory> x)
        : FSDirectoryWrapper(std::move(x)), disk_(disk) {}

    rocksdb::IOStatus Fsync(const rocksdb::IOOptions&,
                            rocksdb::IODebugContext*) override {
      disk_.all_entered();
      return rocksdb::IOStatus::OK();
    }

    rocksdb::IOStatus
    FsyncWithDirOptions(const rocksdb::IOOptions& options,
                        rocksdb::IODebugContext* debug,
                        const rocksdb::DirFsyncOptions&) override {
      return Fsync(options, debug);
    }

  private:
    faulty_disk& disk_;
  };

  /// The fault that an operation is to have, if any.
  std::optional<disk_fault> next(operation what, std::string_view name) {
    std::lock_guard guard{mutex_};
    if (!fault_ || fault_->what != what
        || name.find(fault_->file) == std::string_view::npos)
      return std::nullopt;
    if (fault_->after > 0) {
      --fault_->after;
      return std::nullopt;
    }
    ++failures_;
    return fault_;
  }

  void synced(const std::string& name, std::uint64_t size) {
    std::lock_guard guard{mutex_};
    synced_[name] = size;
  }

  void all_entered() {
    std::lock_guard guard{mutex_};
    for (auto& [name, size] : synced_)
      entered_.insert(name);
  }

  mutable std::mutex mutex_; // guards all that follows
  std::optional<disk_fault> fault_;
  std::uint64_t failures_ = 0;
  std::map<std::string, std::uint64_t> synced_; // how much of each file
  std::set<std::string> entered_;               // in a synced directory
};

} // namespace lightflow::tests
