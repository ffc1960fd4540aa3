-- depends: 0021_reporting

-- Exceeded periods are few and are what people look for: which unit gets worse is counted over weeks of all outlets.
create index verdict_exceeded on verdict (outlet_key, start) where result = 'exceeded';
