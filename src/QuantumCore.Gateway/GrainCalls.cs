using Microsoft.Extensions.Logging;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>Result of a call to a grain.</summary>
/// <param name="Failure">None, or the reason why there is no answer.</param>
/// <param name="Value">The answer.</param>
/// <param name="IsFirst">
/// True if the first call answered, so that what it reports as done was done before. After a retry, the failed call may
/// have done it.
/// </param>
public readonly record struct GrainAnswer<T>(RejectReason Failure, T Value, bool IsFirst = false);

/// <summary>Calls grains and turns failed calls into answers; the only place that does.</summary>
internal sealed class GrainCalls(ILogger log)
{
    /// <summary>
    /// Calls a grain, with one retry after a failure: all calls are idempotent by their keys. A timeout is not retried,
    /// because its time is spent.
    /// </summary>
    public async ValueTask<GrainAnswer<T>> AskAsync<T>(string call, long account, Func<ValueTask<T>> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new GrainAnswer<T>(RejectReason.None, await ask(), attempt == 1);
            }
            catch (LimitExceededException full)
            {
                Log.Overloaded(log, call, account, full);
                var reason = attempt == 1 ? RejectReason.Overloaded : RejectReason.OutcomeUnknown;
                return new GrainAnswer<T>(reason, default!);
            }
            catch (Exception error)
            {
                Log.CallFailed(log, call, account, attempt, error);
                if (attempt > 1 || error is TimeoutException)
                    return new GrainAnswer<T>(RejectReason.OutcomeUnknown, default!);
            }
        }
    }
}
