using System.Collections.Immutable;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>A desk takes one customer at a time.</summary>
public interface IDesk : IGrainWithStringKey
{
    Task<int> Note(int number);

    Task<ImmutableArray<int>> Notes();

    ValueTask<int> Add(int left, int right);

    ValueTask Touch();

    /// <summary>Raises the signal "in:gate", waits for "gate" and returns how many were inside at most.</summary>
    Task<int> Serve(string gate);

    [ReadOnly]
    Task<int> Look(string gate);

    [AlwaysInterleave]
    Task<int> Glance();

    [OneWay]
    Task Whisper(int number);

    [OneWay]
    ValueTask WhisperNonsense();

    /// <summary>Yields many times and reports whether two turns ever ran at the same instant.</summary>
    Task<bool> Shuffle(int times);

    Task<bool> AwaitsComeBack();

    Task<int> Refuse(string how);

    Task<string> ExceptionSeenFrom(string otherDesk, string how);

    Task<string?> ContextValue(string key);

    Task ChangeContext(string key, string value);

    Task<string?> AmbientValue();

    Task<string?> ContextOfNext(string otherDesk, string key);

    Task CallInOrder(string otherDesk, int count);

    Task<int> AddThere(IDesk other, int left, int right);

    Task<int> WaitCancellable(string started, CancellationToken cancellationToken);

    Task<int> Cancellations();

    Task Leave();

    Task<int> Life();

    Task LeaveAndCallLater(string gate, string done, string otherDesk);

    Task<string> Key();

    Task Forever();
}

/// <summary>A hall takes everybody in, one step at a time.</summary>
public interface IHall : IGrainWithStringKey
{
    Task<int> Serve(string gate);

    Task<bool> Shuffle(int times);
}

/// <summary>A kiosk is a desk of which there are several.</summary>
public interface IKiosk : IGrainWithStringKey
{
    Task Serve(string gate);
}

/// <summary>A desk that opens only when "gate:key" is raised, and not at all the first time if its key says so.</summary>
public interface IShutter : IGrainWithStringKey
{
    Task<int> Knock();
}

/// <summary>A desk with a stored balance.</summary>
public interface ISafe : IGrainWithStringKey
{
    Task<long> Put(long amount, bool write);

    Task<long> Balance();

    Task Leave();

    Task Clash();

    Task<int> Life();
}

/// <summary>A desk with a clock on the wall.</summary>
public interface IClock : IGrainWithStringKey
{
    /// <summary>Ticks raise "tick:key:n" and, where a gate is named, wait at it.</summary>
    Task Start(string? gate, bool interleave);

    Task<ClockReading> Read();

    Task Serve(string gate);

    Task StopClock();

    Task Leave();

    [AlwaysInterleave]
    Task<ClockReading> Glance();
}

[GenerateSerializer, Immutable, Alias("test-clock-reading")]
public sealed record ClockReading(int Ticks, int MostAtOnce, int DuringService);

/// <summary>Listens to the streams of namespace "tape" with its key.</summary>
public interface ITapeReader : IGrainWithStringKey
{
    Task<ImmutableArray<long>> Read();

    /// <summary>Throws once when this number comes.</summary>
    Task StumbleAt(long number);

    Task<int> Stumbles();

    Task<int> MostAtOnce();

    Task<int> LargestBatch();

    Task Leave();
}

/// <summary>Subscribes by call.</summary>
public interface ISubscriber : IGrainWithStringKey
{
    Task Subscribe(string ns, string key);

    Task Unsubscribe();

    Task<ImmutableArray<long>> Read();
}

public interface IPublisher : IGrainWithStringKey
{
    Task Publish(string ns, string key, int from, int count, int batch);
}

/// <summary>Nobody implements it.</summary>
public interface INobody : IGrainWithStringKey
{
    Task Touch();
}

[GenerateSerializer, Immutable, Alias("test-print")]
public sealed record Print(long Number);

[GenerateSerializer, Alias("test-balance")]
public sealed class StoredBalance
{
    [Id(0)]
    public long Amount { get; set; }
}

/// <summary>An error made for the wire.</summary>
[GenerateSerializer, Alias("test-refusal")]
public sealed class RefusalException(string message, int code) : Exception(message)
{
    [Id(0)]
    public int Code { get; } = code;
}

/// <summary>An error not made for the wire.</summary>
public sealed class PlainRefusalException(string message) : Exception(message);
