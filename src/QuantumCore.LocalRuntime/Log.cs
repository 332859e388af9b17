using Microsoft.Extensions.Logging;

namespace QuantumCore.LocalRuntime;

/// <summary>Everything the runtime logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "Activation of {Grain} failed")]
    public static partial void ActivationFailed(ILogger logger, Exception error, GrainId grain);

    [LoggerMessage(2, LogLevel.Error, "Deactivation of {Grain} failed")]
    public static partial void DeactivationFailed(ILogger logger, Exception error, GrainId grain);

    [LoggerMessage(3, LogLevel.Error, "A timer of {Grain} threw")]
    public static partial void TimerFailed(ILogger logger, Exception error, GrainId grain);

    [LoggerMessage(4, LogLevel.Warning, "The one-way call {Method} to {Grain} failed")]
    public static partial void OneWayFailed(ILogger logger, Exception error, GrainId grain, string method);

    [LoggerMessage(5, LogLevel.Warning, "Delivery {Attempt} of a batch of stream {Stream} to {Subscriber} failed")]
    public static partial void DeliveryFailed(
        ILogger logger, Exception error, StreamId stream, string subscriber, int attempt);

    [LoggerMessage(6, LogLevel.Error, "Stream {Stream} dropped a batch for {Subscriber} after {Attempt} attempts")]
    public static partial void BatchDropped(
        ILogger logger, Exception error, StreamId stream, string subscriber, int attempt);

    [LoggerMessage(7, LogLevel.Warning, "{Count} activations did not end in time")]
    public static partial void StopTimedOut(ILogger logger, int count);

    [LoggerMessage(9, LogLevel.Warning, "{Grain} runs {Call} for {Millis} ms without a pause, since {Since:O}; whoever calls it waits")]
    public static partial void LongTurn(ILogger logger, GrainId grain, string call, long millis, DateTimeOffset since);

    [LoggerMessage(8, LogLevel.Error, "A cancellation callback of {Grain} threw")]
    public static partial void CallbackFailed(ILogger logger, Exception error, GrainId grain);
}
