"""An evening with invented volunteers, who do over HTTP what people do with their phones."""
