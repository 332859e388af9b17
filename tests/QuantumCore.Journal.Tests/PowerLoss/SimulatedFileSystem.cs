using System.Runtime.InteropServices;
using System.Text;

namespace QuantumCore.Journal.Tests.PowerLoss;

/// <summary>
/// Runs SQLite on a <see cref="SimulatedDisk"/>: registers a file system by name in the native library that the product
/// uses. It stays registered for the life of the process, because connections may outlive a test.
/// </summary>
internal sealed unsafe class SimulatedFileSystem
{
    private const int Ok = 0;
    private const int Busy = 5;
    private const int CannotOpen = 14;
    private const int NotFound = 12;
    private const int Full = 13;
    private const int IoError = 10;
    private const int ShortRead = IoError | (2 << 8);
    private const int DeleteNoEntry = IoError | (23 << 8);

    private const int OpenCreate = 0x4;
    private const int OpenDeleteOnClose = 0x8;
    private const int OpenAnyJournal = 0x4800;
    private const int OpenLog = 0x80000;
    private const int PowerSafeOverwrite = 0x1000;

    private static readonly FileMethods* s_methods = MakeMethods();
    private static int s_count;

    private readonly Lock _gate = new();
    private readonly Dictionary<(SimulatedFile, int), SimulatedFileLocks> _locks = [];

    public SimulatedFileSystem(SimulatedDisk disk)
    {
        Disk = disk;
        Name = $"simulated-{Interlocked.Increment(ref s_count)}";
        var system = (FileSystem*)NativeMemory.AllocZeroed((nuint)sizeof(FileSystem));
        system->Version = 2;
        system->FileBytes = sizeof(OpenFile);
        system->LongestPath = 512;
        system->Name = (byte*)Marshal.StringToCoTaskMemUTF8(Name);
        system->Owner = GCHandle.ToIntPtr(GCHandle.Alloc(this));
        system->Open = &Open;
        system->Delete = &Delete;
        system->Access = &Access;
        system->FullPath = &FullPath;
        system->Randomness = &Randomness;
        system->Sleep = &Sleep;
        system->LastError = &LastError;
        system->Time = &Time;
        if (Register(system, 0) != Ok) throw new InvalidOperationException("SQLite did not take the file system.");
    }

    /// <summary>Name of the file system, for opening a database.</summary>
    public string Name { get; }

    public SimulatedDisk Disk { get; }

    /// <summary>Sleeps as the library does on its own file system, and returns the milliseconds slept.</summary>
    [DllImport("e_sqlite3", EntryPoint = "sqlite3_sleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int SleepOutsideIt(int millis);

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Register(FileSystem* system, int makeDefault);

    private SimulatedFileLocks LocksOf(SimulatedFile file, int life)
    {
        lock (_gate)
        {
            if (!_locks.TryGetValue((file, life), out var locks))
            {
                foreach (var old in _locks.Keys.Where(key => key.Item2 < life).ToList()) _locks.Remove(old);
                _locks.Add((file, life), locks = new SimulatedFileLocks());
            }

            return locks;
        }
    }

    private static SimulatedFileSystem Of(FileSystem* system) =>
        (SimulatedFileSystem)GCHandle.FromIntPtr(system->Owner).Target!;

    private static OpenState Of(OpenFile* file) => (OpenState)GCHandle.FromIntPtr(file->State).Target!;

    private static string Text(byte* name) => Marshal.PtrToStringUTF8((nint)name)!;

    [UnmanagedCallersOnly]
    private static int Open(FileSystem* system, byte* name, OpenFile* into, int flags, int* outFlags)
    {
        into->Methods = null;
        var owner = Of(system);
        var disk = owner.Disk;
        if (disk.IsOff) return IoError;
        var path = name is null ? $"temporary-{disk.Changes}" : Text(name);
        var file = disk.Find(path);
        if (file is null && (flags & OpenCreate) == 0) return CannotOpen;
        file ??= disk.Create(path);
        if (file is null) return IoError;
        var state = new OpenState(disk, file, owner.LocksOf(file, disk.Life), disk.Life)
        {
            IsLog = (flags & OpenLog) != 0,
            SyncNamesToo = (flags & OpenCreate) != 0 && (flags & (OpenLog | OpenAnyJournal)) != 0,
            DeleteOnClose = (flags & OpenDeleteOnClose) != 0 ? path : null,
        };
        into->State = GCHandle.ToIntPtr(GCHandle.Alloc(state));
        into->Methods = s_methods;
        if (outFlags is not null) *outFlags = flags;
        return Ok;
    }

    [UnmanagedCallersOnly]
    private static int Delete(FileSystem* system, byte* name, int syncNames)
    {
        var disk = Of(system).Disk;
        if (disk.IsOff) return IoError;
        if (disk.Find(Text(name)) is null) return DeleteNoEntry;
        return disk.Delete(Text(name), syncNames != 0) ? Ok : IoError;
    }

    [UnmanagedCallersOnly]
    private static int Access(FileSystem* system, byte* name, int flags, int* found)
    {
        var disk = Of(system).Disk;
        *found = disk.Find(Text(name)) is { Size: > 0 } ? 1 : 0;
        return disk.IsOff ? IoError : Ok;
    }

    [UnmanagedCallersOnly]
    private static int FullPath(FileSystem* system, byte* name, int room, byte* into)
    {
        var bytes = Encoding.UTF8.GetBytes(Text(name) + '\0');
        if (bytes.Length > room) return CannotOpen;
        bytes.CopyTo(new Span<byte>(into, room));
        return Ok;
    }

    [UnmanagedCallersOnly]
    private static int Randomness(FileSystem* system, int count, byte* into)
    {
        Of(system).Disk.NextBytes(new Span<byte>(into, count));
        return count;
    }

    [UnmanagedCallersOnly]
    private static int Sleep(FileSystem* system, int microseconds)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(TimeSpan.FromMicroseconds(microseconds), CancellationToken.None);
        return microseconds;
    }

    [UnmanagedCallersOnly]
    private static int LastError(FileSystem* system, int room, byte* into) => 0;

    [UnmanagedCallersOnly]
    private static int Time(FileSystem* system, long* milliseconds)
    {
        *milliseconds = 0;
        return Ok;
    }

    [UnmanagedCallersOnly]
    private static int Close(OpenFile* file)
    {
        var state = Of(file);
        state.Locks.LeaveIndex(state);
        state.Locks.Leave(state);
        if (state.DeleteOnClose is { } name && !state.IsDead) state.Disk.Delete(name, syncNames: false);
        GCHandle.FromIntPtr(file->State).Free();
        return Ok;
    }

    [UnmanagedCallersOnly]
    private static int Read(OpenFile* file, byte* into, int count, long offset)
    {
        var state = Of(file);
        if (state.IsDead) return IoError;
        return state.File.Read(offset, new Span<byte>(into, count)) ? Ok : ShortRead;
    }

    [UnmanagedCallersOnly]
    private static int Write(OpenFile* file, byte* from, int count, long offset)
    {
        var state = Of(file);
        if (state.IsDead) return IoError;
        var written = state.Disk.Write(state.File, offset, new ReadOnlySpan<byte>(from, count));
        return written is null ? Full : written.Value ? Ok : IoError;
    }

    [UnmanagedCallersOnly]
    private static int Truncate(OpenFile* file, long size)
    {
        var state = Of(file);
        return !state.IsDead && state.Disk.Truncate(state.File, size) ? Ok : IoError;
    }

    [UnmanagedCallersOnly]
    private static int Sync(OpenFile* file, int flags)
    {
        var state = Of(file);
        if (state.IsDead || !state.Disk.Sync(state.File, state.IsLog, state.SyncNamesToo)) return IoError;
        state.SyncNamesToo = false;
        return Ok;
    }

    [UnmanagedCallersOnly]
    private static int FileSize(OpenFile* file, long* size)
    {
        var state = Of(file);
        *size = state.File.Size;
        return state.IsDead ? IoError : Ok;
    }

    [UnmanagedCallersOnly]
    private static int RaiseLock(OpenFile* file, int level)
    {
        var state = Of(file);
        if (state.IsDead) return IoError;
        return state.Locks.Raise(state, level) ? Ok : Busy;
    }

    [UnmanagedCallersOnly]
    private static int LowerLock(OpenFile* file, int level)
    {
        var state = Of(file);
        state.Locks.LowerTo(state, level);
        return Ok;
    }

    [UnmanagedCallersOnly]
    private static int IsReserved(OpenFile* file, int* reserved)
    {
        *reserved = Of(file).Locks.IsReserved() ? 1 : 0;
        return Ok;
    }

    [UnmanagedCallersOnly]
    private static int Control(OpenFile* file, int operation, void* argument) => NotFound;

    [UnmanagedCallersOnly]
    private static int SectorSize(OpenFile* file) =>
        Of(file).Disk.TearsWholeSectors ? SimulatedFile.SectorBytes : 4_096;

    [UnmanagedCallersOnly]
    private static int Characteristics(OpenFile* file) => Of(file).Disk.TearsWholeSectors ? 0 : PowerSafeOverwrite;

    [UnmanagedCallersOnly]
    private static int MapIndex(OpenFile* file, int region, int bytes, int make, nint* into)
    {
        var state = Of(file);
        *into = state.IsDead ? 0 : state.Locks.IndexRegion(state, region, bytes, make != 0);
        return state.IsDead ? IoError : Ok;
    }

    [UnmanagedCallersOnly]
    private static int LockIndex(OpenFile* file, int first, int count, int flags)
    {
        const int unlock = 1;
        const int exclusive = 8;
        var state = Of(file);
        if ((flags & unlock) == 0)
        {
            if (state.IsDead) return IoError;
            return state.Locks.LockIndex(state, first, count, (flags & exclusive) != 0) ? Ok : Busy;
        }

        state.Locks.UnlockIndex(state, first, count);
        return Ok;
    }

    [UnmanagedCallersOnly]
    private static void IndexBarrier(OpenFile* file) => Interlocked.MemoryBarrier();

    [UnmanagedCallersOnly]
    private static int UnmapIndex(OpenFile* file, int delete)
    {
        var state = Of(file);
        state.Locks.LeaveIndex(state);
        return Ok;
    }

    private static FileMethods* MakeMethods()
    {
        var methods = (FileMethods*)NativeMemory.AllocZeroed((nuint)sizeof(FileMethods));
        methods->Version = 2;
        methods->Close = &Close;
        methods->Read = &Read;
        methods->Write = &Write;
        methods->Truncate = &Truncate;
        methods->Sync = &Sync;
        methods->FileSize = &FileSize;
        methods->Lock = &RaiseLock;
        methods->Unlock = &LowerLock;
        methods->CheckReservedLock = &IsReserved;
        methods->FileControl = &Control;
        methods->SectorSize = &SectorSize;
        methods->DeviceCharacteristics = &Characteristics;
        methods->ShmMap = &MapIndex;
        methods->ShmLock = &LockIndex;
        methods->ShmBarrier = &IndexBarrier;
        methods->ShmUnmap = &UnmapIndex;
        return methods;
    }

    private sealed class OpenState(SimulatedDisk disk, SimulatedFile file, SimulatedFileLocks locks, int life)
    {
        public SimulatedDisk Disk => disk;

        public SimulatedFile File => file;

        public SimulatedFileLocks Locks => locks;

        public bool IsDead => disk.IsOff || disk.Life != life;

        public bool IsLog { get; init; }

        public string? DeleteOnClose { get; init; }

        /// <summary>SQLite's own file system syncs the folder with the first sync of a new journal or log.</summary>
        public bool SyncNamesToo { get; set; }
    }

    /// <summary>sqlite3_file with our part behind it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct OpenFile
    {
        public FileMethods* Methods;
        public nint State;
    }

    /// <summary>sqlite3_vfs, version 2.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileSystem
    {
        public int Version;
        public int FileBytes;
        public int LongestPath;
        public nint Next;
        public byte* Name;
        public nint Owner;
        public delegate* unmanaged<FileSystem*, byte*, OpenFile*, int, int*, int> Open;
        public delegate* unmanaged<FileSystem*, byte*, int, int> Delete;
        public delegate* unmanaged<FileSystem*, byte*, int, int*, int> Access;
        public delegate* unmanaged<FileSystem*, byte*, int, byte*, int> FullPath;
        public nint LibraryOpen;
        public nint LibraryError;
        public nint LibrarySymbol;
        public nint LibraryClose;
        public delegate* unmanaged<FileSystem*, int, byte*, int> Randomness;
        public delegate* unmanaged<FileSystem*, int, int> Sleep;
        public nint JulianTime;
        public delegate* unmanaged<FileSystem*, int, byte*, int> LastError;
        public delegate* unmanaged<FileSystem*, long*, int> Time;
    }

    /// <summary>sqlite3_io_methods, version 2.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileMethods
    {
        public int Version;
        public delegate* unmanaged<OpenFile*, int> Close;
        public delegate* unmanaged<OpenFile*, byte*, int, long, int> Read;
        public delegate* unmanaged<OpenFile*, byte*, int, long, int> Write;
        public delegate* unmanaged<OpenFile*, long, int> Truncate;
        public delegate* unmanaged<OpenFile*, int, int> Sync;
        public delegate* unmanaged<OpenFile*, long*, int> FileSize;
        public delegate* unmanaged<OpenFile*, int, int> Lock;
        public delegate* unmanaged<OpenFile*, int, int> Unlock;
        public delegate* unmanaged<OpenFile*, int*, int> CheckReservedLock;
        public delegate* unmanaged<OpenFile*, int, void*, int> FileControl;
        public delegate* unmanaged<OpenFile*, int> SectorSize;
        public delegate* unmanaged<OpenFile*, int> DeviceCharacteristics;
        public delegate* unmanaged<OpenFile*, int, int, int, nint*, int> ShmMap;
        public delegate* unmanaged<OpenFile*, int, int, int, int> ShmLock;
        public delegate* unmanaged<OpenFile*, void> ShmBarrier;
        public delegate* unmanaged<OpenFile*, int, int> ShmUnmap;
    }
}
