namespace QuantumCore.Client;

/// <summary>
/// Places batches of orders. Orders that are rejected as overloaded or of unknown outcome are retried in a next batch.
/// </summary>
internal sealed class OrderBatches(ExchangeCalls calls)
{
    internal async Task<IReadOnlyList<BatchResult>> PlaceAsync(PlaceOrder[] named, CancellationToken cancellation)
    {
        var results = named.Select(static order => new BatchResult(null, null) { ClientOrderId = order.ClientOrderId! })
            .ToArray();
        var open = Enumerable.Range(0, named.Length).ToArray();
        var started = calls.Options.Time.GetTimestamp();
        for (var round = 1; open.Length > 0 && round <= calls.Options.MaxAttempts; round++)
        {
            var pause = round > 1 ? new Backoff(calls.Options).PauseAfter(round - 1) : TimeSpan.Zero;
            if (round > 1 && !calls.HasTime(started, pause))
                break;

            var batch = new OrderBatchRequest([.. open.Select(index => named[index])]);
            BatchResults answer;
            try
            {
                if (round > 1)
                    await Task.Delay(pause, calls.Options.Time, cancellation);

                answer = await calls.PostAsync<BatchResults>("orders/batch", batch, cancellation);
            }
            catch (QuantumCoreException failure) when (round > 1 || failure.Code == RejectCodes.OutcomeUnknown)
            {
                // An exception would lose the results of the other orders and the client order ids of these.
                answer = Unanswered(results, open, failure);
                round = calls.Options.MaxAttempts;
            }
            catch (OperationCanceledException how) when (round > 1 || how.InnerException is QuantumCoreException)
            {
                throw GivenUp(results, open, how);
            }

            if (answer.Results.Count != open.Length)
                throw new QuantumCoreException(
                    RejectCodes.BadAnswer, "The batch's results are not one for each order.");

            Take(answer, results, open);
            open = [.. open.Where(index =>
                results[index].Error?.Code is RejectCodes.Overloaded or RejectCodes.OutcomeUnknown)];
        }

        return results;
    }

    /// <summary>Returns results for the unanswered orders of a batch. An unknown outcome stays unknown.</summary>
    private static BatchResults Unanswered(BatchResult[] results, int[] open, QuantumCoreException failure)
    {
        var refusal =
            new Refusal(failure.Code, Title: null, failure.Detail, failure.Status, failure.Field, failure.Limit);
        return new([.. open.Select(index => new BatchResult(
            null, results[index].Error?.Code == RejectCodes.OutcomeUnknown ? results[index].Error : refusal))]);
    }

    /// <summary>
    /// Returns the exception for a cancelled batch that may be partly done, with each order's result and id.
    /// </summary>
    private static OperationCanceledException GivenUp(BatchResult[] results, int[] open, OperationCanceledException how)
    {
        var unknown = how.InnerException as QuantumCoreException
            ?? new QuantumCoreException(RejectCodes.OutcomeUnknown, "Given up before the batch was done.", how);

        // During a pause nothing was in flight: each order has the exchange's last response.
        if (how.InnerException is QuantumCoreException)
            Take(Unanswered(results, open, unknown), results, open);

        unknown.BatchResults = results;
        return new OperationCanceledException(how.Message, unknown, how.CancellationToken);
    }

    private static void Take(BatchResults answer, BatchResult[] results, int[] open)
    {
        foreach (var (index, result) in open.Zip(answer.Results))
            results[index] = result with { ClientOrderId = results[index].ClientOrderId };
    }
}
